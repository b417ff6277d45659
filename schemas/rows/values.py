"""Family `values`: the values, rights and duties at stake in situations, after ValuePrism (arXiv 2309.00779).

The published columns `vrd`, `text`, `explanation` and `valence` are `kind`, `text`, `explanation` and the
annotations of aspect `valence` here; relevance is an aspect of its own. That each annotator judges for
themselves is ours: the paper has one valence for each row.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import ConfigDict, Field

from ..field_docs import Documented
from ..row import ForeignKey, Key, Row
from ..views import View
from .shared import SHARED, Aspect

Kind = Literal["value", "right", "duty"]
Relevance = Literal["yes", "no", "abstain"]
Valence = Literal["supports", "opposes", "either", "abstain"]


class Situation(Row):
    """A situation in which values, rights and duties are at stake."""

    situation_id: Annotated[str, Key(), Field(min_length=1)]
    """Id from the source, or a digest of the text."""
    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
    """The situation as its source has it."""
    source: Annotated[str, Field(min_length=1)]
    """Where it comes from: name of the source, and place in it."""
    language: str | None = None
    """Language of the text, as a code such as `es`, where its source declares it."""


class Statement(Documented):
    """What a writer states: a value, right or duty, and why it is at stake."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    """Value, right or duty."""
    text: Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
    """The value, right or duty in a few words, such as `Honesty` or `Right to privacy`."""
    explanation: Annotated[str, Field(min_length=1, max_length=600, pattern=r"\S")]
    """Why it is at stake in this situation."""


class Consideration(Statement, Row):
    """A value, right or duty at stake in a situation; how it bears on it is in the annotations."""

    consideration_id: Annotated[str, Key(), Field(min_length=1)]
    """Digest of situation, kind and normalised text."""
    situation_id: Annotated[str, ForeignKey("situations.situation_id")]
    """The situation."""
    writer_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who named it."""
    digest: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""
    """Digest of the ask in the journal; empty where it was not asked by us."""


TABLES: dict[str, type[Row]] = {"situations": Situation, "considerations": Consideration, **SHARED}
"""Table name -> row type, the main table first."""

READ_AS = (
    View(
        "sides",
        """SELECT c.situation_id AS item_id, a.label AS side, c.explanation AS text, c.writer_id AS annotator_id
        FROM theirs.considerations c JOIN theirs.aggregates a ON a.item_id = c.consideration_id
        WHERE a.item_table = 'considerations' AND a.aspect = 'valence' AND a.rule = 'majority'
            AND a.label IN ('supports', 'opposes')""",
    ),
)
"""How audits read them: the case for and against doing what the situation says."""
PLOTS = {"valence_by_kind": "stacked_bar", "considerations_per_situation": "histogram"}
"""Measure -> kind of plot."""

LABELS: dict[str, tuple[str, ...]] = {"relevance": get_args(Relevance), "valence": get_args(Valence)}
"""Aspect -> the labels an annotator may give."""

ITEM = "Situation: {situation_id.text}\n{kind}: {text}\n"
ASPECTS = (
    Aspect(
        item_table="considerations",
        aspect="relevance",
        labels=list(LABELS["relevance"]),
        rules=["mean"],
        question=f"{ITEM}Is it relevant in this situation?",
    ),
    Aspect(
        item_table="considerations",
        aspect="valence",
        labels=list(LABELS["valence"]),
        rules=["majority", "soft"],
        question=f"{ITEM}Does it support doing what the situation says, oppose it, or could it be either?",
    ),
)
"""What is judged of a consideration."""
