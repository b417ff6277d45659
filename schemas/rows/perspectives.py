"""Family `perspectives`: characters with values on a dilemma, after CLASH.

The six categories and the eleven characters that they make are theirs, and so is that the category decides the answer.
Theirs implies the answer by the name of a column; here it is stored. The first person as a row of its own, style rules
as a table and the panel's votes are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import Field

from ..row import ForeignKey, Key, Row
from ..views import View
from .fields import Digest, Text
from .shared import SHARED, Aspect, RowRef

Stance = Literal["yes", "no", "ambiguous"]
Category = Literal["straightforward", "simple", "swayed", "shift", "half_shift", "false_shift"]
Verdict = Literal["acceptable", "unacceptable"]
Person = Literal["third", "first"]
Current = Literal["yes", "no", "ambiguous", "abstain"]
Previous = Literal["yes", "no", "ambiguous", "not stated", "abstain"]
Discomfort = Literal["yes", "no", "abstain"]


class Case(Row):
    """A dilemma and the one action in it that characters find acceptable or not."""

    case_id: Annotated[str, Key(), Field(min_length=1)]
    """Id of the dilemma in its source."""
    text: Text
    """The dilemma."""
    action: Text
    """The action, a phrase that begins with a verb in -ing."""
    licence: str | None = None
    """Licence of the text, where the source declares one for each row."""
    source: Annotated[str, Field(min_length=1)]
    """Where the dilemma comes from: name of the source, and place in it."""
    digest: Digest = ""
    """Digest of the ask for the action; empty where the source has it."""


class Rationale(Row):
    """Why the action would be acceptable, or would not."""

    rationale_id: Annotated[str, Key(), Field(min_length=1)]
    """The case and the verdict."""
    case_id: Annotated[str, ForeignKey("cases.case_id")]
    """The case."""
    verdict: Verdict
    """What it is a reason for."""
    text: Text
    """The reason, a noun phrase."""
    digest: Digest = ""
    """Digest of the ask in the journal; both rationales come from one, and from none where the source has them."""


class CharacterType(Row):
    """One of the eleven kinds of character, with the answer that follows from it."""

    type_id: Annotated[str, Key(), Field(min_length=1)]
    """The category and its variant."""
    category: Category
    """How the character relates to the two rationales."""
    variant: str
    """Which of the characters of the category it is."""
    current: Stance
    """Whether the character finds the action acceptable now."""
    previous: Stance | None
    """Whether the character found it acceptable before; null where the category has no before."""
    discomfort: Literal["yes", "no"] | None
    """Whether the character feels discomfort with the decision; null where the category does not say."""
    included: bool = True
    """Whether the dataset has perspectives of this type: a hole in the design is declared here."""


class Perspective(Row):
    """A character described by values, without the answer."""

    perspective_id: Annotated[str, Key(), Field(min_length=1)]
    """The case, the type and the person."""
    case_id: Annotated[str, ForeignKey("cases.case_id")]
    """The case."""
    type_id: Annotated[str, ForeignKey("character_types.type_id")]
    """The kind of character."""
    person: Person
    """Whether the character is spoken of or speaks."""
    text: Text
    """The description."""
    current: Stance
    """The answer: whether the character finds the action acceptable now. It follows from the type."""
    previous: Stance | None
    """Whether the character found it acceptable before; follows from the type."""
    discomfort: Literal["yes", "no"] | None
    """Whether the character feels discomfort; follows from the type."""
    writer_id: Annotated[str | None, ForeignKey("annotators.annotator_id")] = None
    """Who wrote it; null where that is unknown."""
    basis: list[RowRef]
    """The rationales it is written from; for the first person the description in the third."""
    digest: Digest = ""
    """Digest of the ask in the journal."""


class StyleRule(Row):
    """A rule of style that a text must keep, as a regular expression."""

    rule_id: Annotated[str, Key(), Field(min_length=1)]
    """Name of the rule."""
    applies_to: Literal["action", "rationale", "character", "self-description"]
    """What it is about: a character in the third person, or one who speaks."""
    pattern: Annotated[str, Field(min_length=1)]
    """Regular expression, in the syntax of RE2."""
    must_match: bool
    """Whether a text must match it, or must not."""
    meaning: str
    """The rule in words."""


TABLES: dict[str, type[Row]] = {
    "cases": Case,
    "rationales": Rationale,
    "character_types": CharacterType,
    "perspectives": Perspective,
    "style_rules": StyleRule,
    **SHARED,
}
"""Table name -> row type, the main table first."""


def _type(category: Category, variant: str, current: Stance, previous: Stance | None, comfort: str) -> CharacterType:
    discomfort: Mapping[str, Literal["yes", "no"]] = {"uneasy": "yes", "at ease": "no"}
    return CharacterType(
        type_id=f"{category}/{variant}",
        category=category,
        variant=variant,
        current=current,
        previous=previous,
        discomfort=discomfort.get(comfort),
    )


CHARACTER_TYPES = (
    _type("straightforward", "accept", "yes", None, "at ease"),
    _type("straightforward", "unaccept", "no", None, "at ease"),
    _type("simple", "ambiguous", "ambiguous", None, ""),
    _type("swayed", "yes", "yes", None, "uneasy"),
    _type("swayed", "no", "no", None, "uneasy"),
    _type("shift", "yes", "yes", "no", ""),
    _type("shift", "no", "no", "yes", ""),
    _type("half_shift", "accept", "ambiguous", "yes", ""),
    _type("half_shift", "unaccept", "ambiguous", "no", ""),
    _type("false_shift", "yes", "yes", "yes", ""),
    _type("false_shift", "no", "no", "no", ""),
)
"""The eleven kinds of character. Names of variants are ours where CLASH's are not known."""

ASKED = "{case_id.text}\n{text}\nAction: {case_id.action}\n"
ASPECTS = (
    Aspect(
        item_table="perspectives",
        aspect="current",
        labels=list(get_args(Current)),
        rules=["majority", "soft"],
        question=f"{ASKED}Does this character find the action acceptable now?",
    ),
    Aspect(
        item_table="perspectives",
        aspect="previous",
        labels=list(get_args(Previous)),
        rules=["majority"],
        question=f"{ASKED}Did this character find the action acceptable before?",
    ),
    Aspect(
        item_table="perspectives",
        aspect="discomfort",
        labels=list(get_args(Discomfort)),
        rules=["majority"],
        question=f"{ASKED}Does this character feel discomfort with the decision?",
    ),
)
"""What a panel judges of a character without seeing its type."""

READ_AS = (
    View(
        "items",
        """SELECT perspective_id AS item_id, text, split, case_id AS group_id, current AS label
        FROM theirs.perspectives""",
    ),
    View("sides", "SELECT case_id AS item_id, verdict AS side, text FROM theirs.rationales"),
)
"""Checks and measures of items and sides run on the perspectives and rationales."""
PLOTS = {"label_shares": "stacked_bar", "accuracy_by_type": "interval"}
"""Measures that are drawn."""
