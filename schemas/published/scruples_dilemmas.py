"""Scruples, the resource of dilemmas (arXiv 2008.09094): https://github.com/allenai/scruples."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..field_docs import Documented
from ..published_dataset import Config, Licence, PublishedDataset, Rule, View
from ..row import Key, Row

Two = Field(min_length=2, max_length=2)


class Action(Documented):
    """One side of a dilemma: an action."""

    id: str
    """Id of the action."""
    description: str
    """What was done."""


class Dilemma(Row):
    """Two actions and how many found which of them less ethical."""

    id: Annotated[str, Key()]
    """Id of the dilemma."""
    actions: Annotated[list[Action], Two]
    """The two actions."""
    gold_annotations: Annotated[list[int], Two]
    """Votes for each action."""
    gold_label: Annotated[int, Field(ge=0, le=1)]
    """Place of the action with most votes, from 0."""
    human_perf_annotations: Annotated[list[int], Two] | None
    """Votes of other people, to measure how well people do; null in the training split."""
    human_perf_label: Annotated[int, Field(ge=0, le=1)] | None
    """Place of the action with most of those."""
    controversial: bool
    """Whether the votes are divided."""


class ScruplesDilemmas(PublishedDataset):
    """Pairs of actions from real anecdotes with the votes of five people."""

    title = "Scruples dilemmas"
    configs: ClassVar = {"dilemmas": Config(Dilemma, evidence="file")}
    licence = Licence(name="Apache-2.0", url="https://github.com/allenai/scruples")
    citation = """\
@inproceedings{lourie2021scruples,
  title = {Scruples: A Corpus of Community Ethical Judgments on 32,000 Real-Life Anecdotes},
  author = {Lourie, Nicholas and Le Bras, Ronan and Choi, Yejin},
  booktitle = {AAAI Conference on Artificial Intelligence},
  year = {2021}
}"""
    evidence = "A real file of the development split; that the training split has no human performance is recalled."
    rules: ClassVar = {
        "human_label_is_argmax": Rule(
            "human_perf_label is the index of the maximum of human_perf_annotations",
            "have|has a label other than the majority of the annotations",
            """SELECT id, format('{}, but votes are {}', human_perf_label, human_perf_annotations::VARCHAR) AS problem
            FROM theirs.dilemmas WHERE human_perf_annotations[1 + human_perf_label] < list_max(human_perf_annotations)
            """,
            evidence="file",
        ),
    }
    views: ClassVar = (
        View(
            "items",
            """SELECT id AS item_id, array_to_string([a.description for a in actions], ' / ') AS text, split,
            gold_label AS label FROM theirs.dilemmas""",
        ),
        View(
            "pairs",
            """SELECT id AS pair_id, NULL AS prompt, actions[1].description AS first, actions[2].description AS second,
            CASE gold_label WHEN 0 THEN 'first' WHEN 1 THEN 'second' END AS preferred, split FROM theirs.dilemmas""",
        ),
        View(
            "votes",
            """SELECT id AS item_id, unnest([0, 1]) AS option, unnest(gold_annotations) AS votes
            FROM theirs.dilemmas""",
        ),
        View(
            "stated",
            """SELECT id AS item_id, unnest(['argmax', 'controversial', 'sum']) AS rule,
            unnest([gold_label::VARCHAR, controversial::VARCHAR, '5']) AS stated FROM theirs.dilemmas""",
        ),
    )
    example: ClassVar = {
        "dilemmas": [
            {
                "id": f"d{number}",
                "actions": [{"id": f"a{number}", "description": f"lending {number} books"},
                            {"id": f"b{number}", "description": f"losing {number} keys"}],
                "gold_annotations": [number, 5 - number],
                "gold_label": int(number < 3),
                "human_perf_annotations": [5 - number, number],
                "human_perf_label": int(number >= 3),
                "controversial": number != 5,
            }
            for number in (1, 2, 3, 5)
        ]
    }  # fmt: skip
