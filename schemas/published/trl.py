"""The formats of TRL: https://huggingface.co/docs/trl/dataset_formats. Not one dataset, but a shape of many."""

from __future__ import annotations

from typing import ClassVar

from ..published_dataset import Config, Licence, PublishedDataset, View
from ..row import Row

BESIDE = ("annotator_id", "group_id", "first_score", "second_score")
"""Roles of columns that many files of these shapes have beside theirs."""


class Preference(Row):
    """A prompt with a preferred and another completion; each is a text or a list of messages."""

    prompt: str
    """The prompt."""
    chosen: str
    """The preferred completion."""
    rejected: str
    """The other."""


class Implicit(Row):
    """Two dialogues that begin with the same prompt."""

    chosen: str
    """The preferred dialogue."""
    rejected: str
    """The other."""


class Completion(Row):
    """A prompt with one completion."""

    prompt: str
    """The prompt."""
    completion: str
    """The completion."""


class Unpaired(Completion):
    """A prompt with one completion that is good or not."""

    label: bool
    """Whether it is good."""


class TRL(PublishedDataset):
    """Preference pairs, prompts with completions and unpaired preferences for TRL."""

    title = "a TRL format"
    configs: ClassVar = {
        "preference": Config(Preference, roles=BESIDE),
        "implicit_preference": Config(Implicit, roles=BESIDE),
        "unpaired_preference": Config(Unpaired),
        "prompt_completion": Config(Completion),
    }
    licence = Licence(name="that of the dataset", url="https://huggingface.co/docs/trl/dataset_formats")
    citation = """\
@misc{vonwerra2020trl,
  title = {TRL: Transformer Reinforcement Learning},
  author = {von Werra, Leandro and others},
  year = {2020},
  howpublished = {https://github.com/huggingface/trl}
}"""
    evidence = "The code and documentation of TRL."
    views: ClassVar = (
        View(
            "pairs",
            f"""SELECT concat_ws('/', _table, _row) AS pair_id, prompt, chosen AS first, rejected AS second,
            'first' AS preferred, split, {", ".join(BESIDE)} FROM theirs.preference""",
        ),
        View(
            "pairs",
            f"""SELECT concat_ws('/', _table, _row) AS pair_id, NULL AS prompt, chosen AS first, rejected AS second,
            'first' AS preferred, split, {", ".join(BESIDE)} FROM theirs.implicit_preference""",
        ),
    )
    example: ClassVar = {
        "preference": [
            {"prompt": f"What is {n} and {n}?", "chosen": f"It is {2 * n}.", "rejected": f"It is {2 * n + 1}."}
            for n in (1, 2, 3)
        ]
    }
