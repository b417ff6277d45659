"""HH-RLHF (arXiv 2204.05862): https://huggingface.co/datasets/Anthropic/hh-rlhf."""

from __future__ import annotations

from typing import ClassVar

from ..pairs_sql import DECIDED
from ..published_dataset import Config, Licence, Translation
from ..row import Row
from ._pair_format import PairFormat

SPEAKERS = {"user": "Human", "assistant": "Assistant", "system": "Human"}
"""Role -> who speaks in the text; HH-RLHF has no system turns."""
DIALOGUE = f"""array_to_string(list_transform(messages,
    lambda m: chr(10) || chr(10) || MAP {SPEAKERS}[m.role] || ': ' || m.content), '') || chr(10) || chr(10) ||
    'Assistant: ' || """


class Dialogues(Row):
    """Two dialogues that differ in the last answer."""

    chosen: str
    """The dialogue with the preferred answer, turns marked by `Human:` and `Assistant:`."""
    rejected: str
    """The dialogue with the other."""


class HH(PairFormat):
    """Two dialogues as text, turns marked by Human and Assistant, as HH-RLHF has them."""

    title = "HH-RLHF"
    configs: ClassVar = {"default": Config(Dialogues)}
    file_format = "jsonl"
    licence = Licence(name="MIT", url="https://huggingface.co/datasets/Anthropic/hh-rlhf")
    citation = """\
@article{bai2022training,
  title = {Training a Helpful and Harmless Assistant with Reinforcement Learning from Human Feedback},
  author = {Bai, Yuntao and others},
  journal = {arXiv preprint arXiv:2204.05862},
  year = {2022}
}"""
    evidence = "The dataset card."

    def from_tables(self) -> Translation:
        """One row for each decided pair; a turn of the system is Human's."""
        rows = f"SELECT split, {DIALOGUE} chosen AS chosen, {DIALOGUE} rejected AS rejected FROM {DECIDED}"
        return self.configs_from({"default": rows})
