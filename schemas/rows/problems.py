"""Family `problems`: problems whose answers are computed, in many domains and persons, after STEER-ME.

Templates by element, their adaptation to domain and perspective with all slots kept, seeded numbers, answers by code
and options from wrong formulas are theirs, as the paper describes them. No data of theirs was at hand; the columns are
ours.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ..field_docs import Documented
from ..row import ForeignKey, Key, Row
from ..views import View
from .fields import Digest, Text
from .shared import SHARED, Aspect, RowRef

Perspective = Literal["first", "second", "third"]
LETTERS = ("A", "B", "C", "D", "E", "F")
"""Letters of options in the order in which they are stored."""


class SlotRange(Documented):
    """The numbers that a slot may have: from low to high in steps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slot: str
    """The slot."""
    low: int
    """Smallest number."""
    high: int
    """Largest number."""
    step: Annotated[int, Field(ge=1)] = 1
    """Distance from one number to the next."""


class SlotValue(Documented):
    """The number in a slot of one problem."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slot: str
    """The slot."""
    value: int
    """Its number."""


class Option(Documented):
    """One option of a problem and the formula that it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    """The rounded value, with its unit."""
    formula: str
    """The expression that gives it."""
    correct: bool
    """Whether it is the answer."""


class Template(Row):
    """A problem with slots for its numbers."""

    template_id: Annotated[str, Key(), Field(min_length=1)]
    """Id of the template in its source."""
    text: Text
    """The problem, with slots for numbers such as `{price}`."""
    element: Annotated[str, Field(min_length=1)]
    """What it tests, such as opportunity cost."""
    type: str | None = None
    """How it tests it, such as computing an amount or choosing between offers; null where the source does not say."""
    answer: Annotated[str, Field(min_length=1)]
    """Expression of the answer over the slots; syntax in `schemas/expressions.py`."""
    wrong: Annotated[list[str], Field(min_length=1, max_length=5)]
    """Expressions of plausible mistakes."""
    ranges: Annotated[list[SlotRange], Field(min_length=1)]
    """The numbers of each slot."""
    unit: str = ""
    """Unit that follows every option."""
    digits: Annotated[int, Field(ge=0, le=6)] = 0
    """Digits after the point to which options are rounded."""
    source: Annotated[str, Field(min_length=1)]
    """Where the template comes from: name of the source, and place in it."""


class ElementHole(Row):
    """An element and a type that no template is meant to have together."""

    element: Annotated[str, Key(), Field(min_length=1)]
    """The element."""
    type: Annotated[str, Key(), Field(min_length=1)]
    """The type."""


class DesignCell(Row):
    """A domain and a perspective that every template is adapted to, or a declared hole."""

    domain: Annotated[str, Key(), Field(min_length=1)]
    """The domain, such as medicine; `original` for the template as it is."""
    perspective: Annotated[Perspective, Key()]
    """Who acts: I, you, or somebody else."""
    included: bool = True
    """Whether templates are adapted to it."""
    words: list[str] = []
    """Words of which an adaptation to the domain has at least one, in any case; empty: any words will do."""


class Adaptation(Row):
    """A template in another domain and perspective, with the same slots."""

    adaptation_id: Annotated[str, Key(), Field(min_length=1)]
    """The template, the domain and the perspective."""
    template_id: Annotated[str, ForeignKey("templates.template_id")]
    """The template."""
    domain: Annotated[str, Field(min_length=1)]
    """The domain."""
    perspective: Perspective
    """Who acts."""
    text: Text
    """The adapted template."""
    writer_id: Annotated[str | None, ForeignKey("annotators.annotator_id")] = None
    """Who adapted it; null for the template as it is."""
    digest: Digest = ""
    """Digest of the ask in the journal."""


class Problem(Row):
    """An adapted template with numbers, its answer and its options."""

    problem_id: Annotated[str, Key(), Field(min_length=1)]
    """The adaptation and the number of the instance."""
    template_id: Annotated[str, ForeignKey("templates.template_id")]
    """The template: what belongs in one split."""
    adaptation_id: Annotated[str, ForeignKey("adaptations.adaptation_id")]
    """The adaptation."""
    instance: Annotated[int, Field(ge=0)]
    """Number of the instance; the same numbers for all adaptations of a template."""
    values: list[SlotValue]
    """The number of each slot."""
    text: Text
    """The problem."""
    options: Annotated[list[Option], Field(min_length=2, max_length=6)]
    """The answer and the mistakes in a drawn order."""
    basis: list[RowRef]
    """The adaptation and the template."""


TABLES: dict[str, type[Row]] = {
    "templates": Template,
    "design_cells": DesignCell,
    "element_holes": ElementHole,
    "adaptations": Adaptation,
    "problems": Problem,
    **SHARED,
}
"""Table name -> row type, the main table first."""

CHOICE = Aspect(
    item_table="problems",
    aspect="option",
    labels=[*LETTERS, "abstain"],
    rules=["majority", "soft"],
)
"""Which option somebody chooses, by its letter in the stored order."""

READ_AS = (
    View("items", "SELECT problem_id AS item_id, text, split, template_id AS group_id FROM theirs.problems"),
    View(
        "choices",
        """SELECT problem_id AS item_id, n - 1 AS position, options[n].text AS text, options[n].correct AS gold
        FROM (SELECT *, unnest(range(1, len(options) + 1)) AS n FROM theirs.problems)""",
    ),
)
"""Checks and measures of choices run on the options."""
PLOTS = {"option_position": "bar", "label_shares": "stacked_bar"}
"""Measures that are drawn."""
