"""Family `commonsense`: statements that people may agree with, and think that most people agree with.

After Whiting and Watts (A framework for quantifying individual and collective common sense, PNAS 2024) and their
evaluation of models (github.com/Watts-Lab/commonsense-llm-eval): the two questions and the scores are theirs.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..row import ForeignKey, Key, Row
from ..views import View
from .shared import SHARED, Aspect

Label = Literal["yes", "no", "abstain"]
LABELS = ["yes", "no", "abstain"]
AGREE, MOST_AGREE = "agree", "most_agree"

Share = Annotated[float, Field(ge=0, le=1)]


class CommonStatement(Row):
    """A statement that may be common sense."""

    statement_id: Annotated[str, Key(), Field(min_length=1)]
    """Id from the source, or a digest of the text."""
    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
    """The statement."""
    category: str | None = None
    """What kind of statement it is, such as a saying."""
    language: str | None = None
    """ISO 639 code of the language."""
    source: Annotated[str, Field(min_length=1)]
    """Where it comes from: name of the source, and place in it."""


class StatementScore(Row):
    """How far a statement is common sense among its raters."""

    statement_id: Annotated[str, Key(), ForeignKey("statements.statement_id")]
    """The statement."""
    consensus: Share
    """How far raters agree with each other: 2 * |share of yes - 0.5|."""
    awareness: Share
    """Share of raters who know what most raters say."""
    commonsensicality: Share
    """Geometric mean of consensus and awareness."""
    n: Annotated[int, Field(ge=1)]
    """Ratings that answered both questions with yes or no."""


class RaterScore(Row):
    """How far a rater shares the common sense of all raters."""

    annotator_id: Annotated[str, Key(), ForeignKey("annotators.annotator_id")]
    """The rater."""
    consensus: Share
    """Share of statements on which the rater says what most raters say."""
    awareness: Share
    """Share of statements of which the rater knows what most raters say."""
    commonsensicality: Share
    """Geometric mean of consensus and awareness."""
    n: Annotated[int, Field(ge=1)]
    """Ratings that answered both questions with yes or no."""


TABLES: dict[str, type[Row]] = {
    "statements": CommonStatement,
    "statement_scores": StatementScore,
    "rater_scores": RaterScore,
    **SHARED,
}
"""Table name -> row type, the main table first."""

ASPECTS = (
    Aspect(
        item_table="statements",
        aspect=AGREE,
        labels=LABELS,
        rules=["mean", "soft"],
        question="{text}\nDo you agree?",
    ),
    Aspect(
        item_table="statements",
        aspect=MOST_AGREE,
        labels=LABELS,
        rules=["mean", "soft"],
        question="{text}\nDo most people agree?",
    ),
)
"""What is asked of a statement."""

READ_AS = (View("items", "SELECT statement_id AS item_id, text, split, category AS stratum FROM theirs.statements"),)
PLOTS = {"commonsensicality": "interval"}
"""Measures that are drawn."""
