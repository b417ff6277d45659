"""Formats of preference pairs: what they have in common. Ties and undecided pairs are counted and left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..field_docs import Documented
from ..pairs_sql import LEFT_OUT, chosen_and_rejected
from ..published_dataset import Licence, PublishedDataset, Translation
from ..row import Row

TRL = """\
@misc{vonwerra2020trl,
  title = {TRL: Transformer Reinforcement Learning},
  author = {von Werra, Leandro and others},
  year = {2020},
  howpublished = {https://github.com/huggingface/trl}
}"""


RESPONSES = """
SELECT any_value(split) AS split, objective, prompt_id, any_value(prompt) AS prompt, any_value(messages) AS messages,
    response_id, any_value(place) AS place, any_value(completion) AS completion, list(DISTINCT label) AS labels
FROM (
    SELECT *, unnest([first_id, second_id]) AS response_id, unnest([first_place, second_place]) AS place,
        unnest([first, second]) AS completion, unnest([preferred = 'first', preferred = 'second']) AS label
    FROM _pairs WHERE reason IS NULL)
GROUP BY objective, prompt_id, response_id
"""
"""Every response of a decided pair, with the labels that its pairs give it."""


class Message(Documented):
    """A turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    """Who speaks."""
    content: str
    """The text of the turn."""


class About(Row):
    """Which pair a row comes from; trainers ignore these columns."""

    pair_id: str
    """Key of the pair in the run."""
    objective: str
    """Objective under which one response is chosen."""
    context: str | None
    """Criterion, profile or configuration in words, if the preference holds under one."""


class PairFormat(PublishedDataset):
    """A format of decided pairs."""

    needs: ClassVar[Sequence[str]] = ("prompts", "responses", "pairs")
    export_only = True
    splits: ClassVar = {"train": "train", "validation": "validation", "test": "test"}
    licence = Licence(name="that of the run", url="https://huggingface.co/docs/trl/dataset_formats")
    citation = TRL
    evidence = "The code and documentation of TRL."
    notes: ClassVar[Sequence[str]] = (
        "Every pair names its objective: one pair of responses may be reversed under another one. Train on one "
        "objective at a time (option `objective`), or on `context` too.",
        "Ties, incomparable and undecided pairs have no chosen response; they are listed under what was left out.",
    )

    objective: str | None = None
    """Only pairs of this objective; default: all, each with its own."""
    min_agreement: Annotated[float, Field(ge=0, le=1)] = 0
    """Smallest share of the annotators who agree with the preference."""
    min_margin: Annotated[float, Field(ge=0)] = 0
    """Smallest margin, in the units of the scores."""

    def configs_from(
        self, rows: Mapping[str, str], steps: Mapping[str, str] | None = None, rejects: str = LEFT_OUT
    ) -> Translation:
        """The translation to these configs, with the options of this format."""
        return chosen_and_rejected(rows, self.objective, self.min_agreement, self.min_margin, steps, rejects)

    def unpaired(self, prompt: str, completion: str) -> Translation:
        """Every response of a decided pair with whether it was chosen; `prompt` and `completion` are SQL."""
        rows = f"""SELECT split, objective, {prompt} AS prompt, {completion} AS completion, labels[1] AS label
            FROM _responses WHERE len(labels) = 1 ORDER BY prompt_id, place, objective"""
        left_out = f"""FROM ({LEFT_OUT}) UNION ALL
            SELECT 'row', 'responses', response_id, 'unpaired', 'chosen in one pair and rejected in another', objective,
                NULL FROM _responses WHERE len(labels) > 1"""
        steps = {"_responses": RESPONSES}
        return self.configs_from({"default": rows}, steps, left_out)
