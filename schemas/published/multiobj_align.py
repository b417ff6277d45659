"""Preference pairs of multiobj-align, MAH-DPO (arXiv 2510.01167): https://github.com/pearls-lab/multiobj-align."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..field_docs import Documented
from ..published_dataset import Config, Licence, PublishedDataset, Rule, View
from ..row import Row

Place = Annotated[int, Field(ge=0)]


class Provenance(Documented):
    """How a pair was picked from its candidates."""

    original_id: str
    """Dialogue and turn, as `dialogue:turn`."""
    num_candidates: Annotated[int, Field(ge=2)]
    """How many candidates there were."""
    chosen_score: float
    """Score of the best of them."""
    rejected_score: float
    """Score of the worst of them."""
    chosen_index: Place
    """Place of the best, from 0."""
    rejected_index: Place
    """Place of the worst."""
    all_scores: list[float]
    """The score of every candidate."""
    model: str | None = None
    """The model that wrote them."""
    rm_model: str | None = None
    """The reward model that scored them."""
    cut_index: int | None = None
    """Where the dialogue was cut."""
    rating: float | None = None
    """A rating; its scale is documented nowhere."""


class Best(Row):
    """The best and the worst of several candidates."""

    question: str
    """The dialogue so far, as one text."""
    chosen: str
    """The candidate with the highest score."""
    rejected: str
    """The candidate with the lowest score."""
    metadata: Provenance
    """How they were picked."""


DIALOGUE = "split_part(metadata.original_id, ':', 1)"


class MultiobjAlign(PublishedDataset):
    """Pairs of the best and the worst of several candidates for one objective, with every score."""

    title = "multiobj-align"
    configs: ClassVar = {"pairs": Config(Best, evidence="file")}
    licence = Licence(name="Apache-2.0", url="https://github.com/pearls-lab/multiobj-align")
    citation = """\
@article{mahdpo2025,
  title = {MAH-DPO: multi-objective alignment},
  journal = {arXiv preprint arXiv:2510.01167},
  year = {2025}
}"""
    evidence = "A real file of one objective of seven."
    rules: ClassVar = {
        "once": Rule(
            "An original_id is unique",
            "occur|occurs more than once",
            """SELECT metadata.original_id AS original_id, count(*) || ' rows' AS problem FROM theirs.pairs
            GROUP BY 1 HAVING count(*) > 1""",
            severity="warning",
            evidence="file",
            unit="ids",
            per="metadata.original_id",
        ),
        "scores_of_the_pair": Rule(
            "chosen_score and rejected_score are the scores at chosen_index and rejected_index",
            "have|has scores other than those at chosen_index and rejected_index",
            """SELECT metadata.original_id AS original_id, 'another score at its place' AS problem FROM theirs.pairs
            WHERE metadata.all_scores[1 + metadata.chosen_index] IS DISTINCT FROM metadata.chosen_score
            OR metadata.all_scores[1 + metadata.rejected_index] IS DISTINCT FROM metadata.rejected_score""",
            evidence="file",
        ),
        "rows_of_one_dialogue": Rule(
            "Every row is from a dialogue of its own; otherwise split by dialogue",
            "have|has more than one row",
            f"""SELECT {DIALOGUE} AS dialogue, count(*) || ' rows' AS problem FROM theirs.pairs GROUP BY 1
            HAVING count(*) > 1""",
            severity="info",
            evidence="file",
            unit="dialogues",
            per=DIALOGUE,
        ),
    }
    views: ClassVar = (
        View(
            "pairs",
            f"""SELECT metadata.original_id AS pair_id, question AS prompt, chosen AS first, rejected AS second,
            'first' AS preferred, split, {DIALOGUE} AS group_id, metadata.chosen_score AS first_score,
            metadata.rejected_score AS second_score FROM theirs.pairs""",
        ),
        View(
            "votes",
            """SELECT metadata.original_id AS item_id, unnest(range(len(metadata.all_scores))) AS option,
            unnest(metadata.all_scores) AS votes, true AS scored FROM theirs.pairs""",
        ),
        View(
            "stated",
            """SELECT metadata.original_id AS item_id, unnest(['argmax', 'argmin', 'max', 'min', 'count']) AS rule,
            unnest([metadata.chosen_index::VARCHAR, metadata.rejected_index::VARCHAR, metadata.chosen_score::VARCHAR,
            metadata.rejected_score::VARCHAR, metadata.num_candidates::VARCHAR]) AS stated FROM theirs.pairs""",
        ),
    )
    example: ClassVar = {
        "pairs": [
            {
                "question": f"Student: what is {number} and {number}? Assistant:",
                "chosen": f"What do you think {number} and one more are?",
                "rejected": f"{number * 2}, of course.",
                "metadata": {
                    "original_id": f"d{number}:1",
                    "num_candidates": 3,
                    "chosen_score": 0.9,
                    "rejected_score": 0.1,
                    "chosen_index": 0,
                    "rejected_index": 2,
                    "all_scores": [0.9, 0.5, 0.1],
                },
            }
            for number in (2, 3)
        ]
    }
