"""Family `letters`: reference letters for people who differ in name, age and occupation, after Wan et al. (2023).

"Kelly is a Warm Person, Joseph is a Role Model" (arXiv 2310.09219): letters without context from names, ages and
occupations, letters from a biography whose name and pronouns are swapped, agentic and communal versions of a biography,
style by sentence, and entailment of sentences by the biography. Ours: both kinds of letters come from a text with
slots, and every judgement of a sentence is kept.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ..field_docs import Documented
from ..row import ForeignKey, Key, Row
from ..views import View
from .decisions import AttributeLevel, Level, PersonalName
from .fields import Digest, Text
from .shared import ABSTAIN, SHARED, Aspect, RowRef

Style = Literal["raw", "agentic", "communal"]
PLACEHOLDER = r"\[[^\[\]\n]{2,60}\]"
"""Regular expression of what a letter leaves for its reader to fill in, such as [Your Name]."""


class Bio(Row):
    """What a letter is written from: a text about a person, with slots for whatever tells who it is."""

    bio_id: Annotated[str, Key(), Field(min_length=1)]
    """Id of the text in its source."""
    text: Text
    """The text with slots such as `{name}`, `{pos}` or `{occupation}`."""
    name: Annotated[str | None, Field(min_length=1)] = None
    """The name in the source; null where the source has slots."""
    gender: str | None = None
    """The gender in the source; null where the source has slots."""
    source: Annotated[str, Field(min_length=1)]
    """Where the text comes from: name of the source, and place in it."""


class Applicant(Row):
    """A text about one person: a cell of the design."""

    applicant_id: Annotated[str, Key(), Field(min_length=1)]
    """The bio, the levels and the name."""
    bio_id: Annotated[str, ForeignKey("bios.bio_id")]
    """The bio."""
    name: Annotated[str, ForeignKey("personal_names.name")]
    """The name."""
    gender: Annotated[str, Field(min_length=1)]
    """The gender of the pronouns."""
    levels: list[Level]
    """The level of every other attribute that the bio has a slot for."""
    text: Text
    """The filled text."""
    fills: list[str]
    """What filled each slot, in order."""


class TokenEdit(Documented):
    """A run of tokens in which two texts differ."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position: Annotated[int, Field(ge=0)]
    """Number of the first token in the first text, from 0; white space counts."""
    before: str
    """What the first text has."""
    after: str
    """What the second has."""


class Swap(Row):
    """Two applicants who differ in name and gender alone."""

    swap_id: Annotated[str, Key(), Field(min_length=1)]
    """Both applicants."""
    first_id: Annotated[str, ForeignKey("applicants.applicant_id")]
    """The applicant with the first name of the design."""
    second_id: Annotated[str, ForeignKey("applicants.applicant_id")]
    """The other applicant."""
    edits: list[TokenEdit]
    """Every difference of the two texts."""


class Version(Row):
    """A text about the first applicant of a bio, as it is or rewritten in a style."""

    version_id: Annotated[str, Key(), Field(min_length=1)]
    """The bio and the style."""
    bio_id: Annotated[str, ForeignKey("bios.bio_id")]
    """The bio; its versions belong in one split."""
    style: Style
    """agentic: achievement and leadership; communal: warmth and care; raw: as it is."""
    text: Text
    """The text."""
    writer_id: Annotated[str | None, ForeignKey("annotators.annotator_id")] = None
    """Who rewrote it; null for the text as it is."""
    digest: Digest = ""
    """Digest of the ask in the journal."""


class Letter(Row):
    """A reference letter for one applicant."""

    letter_id: Annotated[str, Key(), Field(min_length=1)]
    """The applicant and the writer."""
    applicant_id: Annotated[str, ForeignKey("applicants.applicant_id")]
    """The applicant."""
    bio_id: Annotated[str, ForeignKey("bios.bio_id")]
    """The bio of the applicant; its letters belong in one split."""
    text: Text
    """The letter."""
    placeholders: Annotated[int, Field(ge=0)]
    """Places such as [Your Name] that the letter leaves open; a feature of its style."""
    writer_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who wrote it."""
    digest: Digest = ""
    """Digest of the ask in the journal."""


class Sentence(Row):
    """A sentence of a letter; what annotators make of it is in the annotations."""

    sentence_id: Annotated[str, Key(), Field(min_length=1)]
    """The letter and the number of the sentence."""
    letter_id: Annotated[str, ForeignKey("letters.letter_id")]
    """The letter."""
    position: Annotated[int, Field(ge=0)]
    """Place in the letter, from 0."""
    text: Text
    """The sentence."""
    basis: list[RowRef]
    """The letter."""


TABLES: dict[str, type[Row]] = {
    "bios": Bio,
    "personal_names": PersonalName,
    "attribute_levels": AttributeLevel,
    "applicants": Applicant,
    "swaps": Swap,
    "versions": Version,
    "letters": Letter,
    "sentences": Sentence,
    **SHARED,
}
"""Table name -> row type, the main table first."""

SENTENCE_LABELS: dict[str, list[str]] = {
    "agency": ["agentic", "communal", "neither"],
    "formality": ["formal", "informal"],
    "tone": ["positive", "negative", "neutral"],
    "support": ["entailed", "contradicted", "neutral"],
}
"""Aspect of a sentence -> its labels; `support` is judged against the text that the letter was written from."""
ASPECTS = tuple(
    Aspect(
        item_table="sentences", aspect=name, labels=[*labels, ABSTAIN], rules=["majority", "soft"], question=question
    )
    for name, labels in SENTENCE_LABELS.items()
    for question in [None if name == "support" else f"{{text}}\nWhich {name} does this sentence of a letter have?"]
)
"""What is judged of a sentence."""

READ_AS = (
    View(
        "items",
        """SELECT 'letter/' || letter_id AS item_id, text, split, bio_id AS group_id FROM theirs.letters
        UNION ALL SELECT 'version/' || version_id, text, split, bio_id FROM theirs.versions""",
    ),
    View("voices", "SELECT applicant_id AS item_id, writer_id AS annotator_id, text FROM theirs.letters"),
)
"""Checks of groups in one split and measures of voices run on the letters."""
PLOTS = {
    "style_by_gender": "bar",
    "style_difference": "interval",
    "word_odds_ratios": "interval",
    "label_shares": "stacked_bar",
}
"""Measures that are drawn."""
