"""DICES (arXiv 2306.11247): https://github.com/google-research-datasets/dices-dataset."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..published_dataset import Config, Licence, PublishedDataset, Rule, View
from ..row import Row


class Rating(Row):
    """One rater's judgement of one conversation."""

    rater_id: str
    """Who."""
    item_id: str
    """Which conversation."""
    context: str | None
    """The conversation before the response."""
    response: str | None
    """The response that is judged."""
    Q_overall: Literal["Yes", "No", "Unsure"] | None
    """Whether it is unsafe, over all questions."""
    rater_gender: str | None = None
    """As declared."""
    rater_race: str | None = None
    """As declared."""
    rater_age: str | None = None
    """Age band."""
    rater_education: str | None = None
    """As declared."""
    rater_locale: str | None = None
    """Country; only where there are several."""
    phase: str | None = None
    """When it was collected."""
    degree_of_harm: str | None = None
    """How harmful experts find it."""


class Dices(PublishedDataset):
    """Conversations whose safety many raters of known demographics judged."""

    title = "DICES"
    configs: ClassVar = {"ratings": Config(Rating)}
    licence = Licence(name="CC-BY-4.0", url="https://github.com/google-research-datasets/dices-dataset")
    citation = """\
@article{aroyo2023dices,
  title = {DICES Dataset: Diversity in Conversational AI Evaluation for Safety},
  author = {Aroyo, Lora and others},
  journal = {arXiv preprint arXiv:2306.11247},
  year = {2023}
}"""
    evidence = "The README of the dataset, which lists the columns."
    rules: ClassVar = {
        "rated_once": Rule(
            "A rater rates a conversation once",
            "are|is repeated by the same rater",
            """SELECT rater_id, item_id, count(*) || ' times' AS problem FROM theirs.ratings GROUP BY ALL
            HAVING count(*) > 1""",
            severity="warning",
            unit="judgements",
            per="rater_id, item_id",
        ),
        "one_rater": Rule(
            "A rater has one set of attributes",
            "have|has contradictory attributes",
            """SELECT rater_id, count(DISTINCT (rater_gender, rater_race, rater_age, rater_education)) || ' sets'
            AS problem FROM theirs.ratings GROUP BY 1
            HAVING count(DISTINCT (rater_gender, rater_race, rater_age, rater_education)) > 1""",
            severity="warning",
            unit="raters",
            per="rater_id",
        ),
    }
    views: ClassVar = (
        View(
            "items",
            """SELECT DISTINCT ON (item_id) item_id, concat_ws(chr(10), context, response) AS text, split
            FROM theirs.ratings""",
        ),
        View(
            "annotators",
            """SELECT DISTINCT ON (rater_id) rater_id AS annotator_id, rater_gender AS gender, rater_race AS race,
            rater_age AS age, rater_education AS education, rater_locale AS locale FROM theirs.ratings""",
        ),
        View(
            "annotations",
            """SELECT 'items' AS item_table, item_id, rater_id AS annotator_id, 'unsafe' AS aspect, Q_overall AS label
            FROM theirs.ratings""",
        ),
    )
