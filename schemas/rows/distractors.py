"""Family `distractors`: nonsense with a hidden meaning, its kinds, and a right reading among wrong ones.

Utterances, five kinds that may hold together, discussion in rounds, one right and four wrong readings, and questions in
an easy and a hard form are Drivelology's (DrivelHub). Ours: every round is kept, positions of answers are balanced
exactly, and in the hard form the right reading is missing from as many questions as have the answer in any one place.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ..field_docs import Documented
from ..row import ForeignKey, Key, Row
from ..views import View
from .fields import Digest, Text
from .shared import ABSTAIN, SHARED, Aspect, RowRef

Letter = Literal["A", "B", "C", "D", "E", "F", "G", "H"]
NONE_OF_THE_ABOVE = "None of the above."
"""The last option of a hard question."""


class Kind(Row):
    """A kind of drivel, from a closed list; an utterance may be of several."""

    kind: Annotated[str, Key(), Field(min_length=1)]
    """Its name."""
    description: str
    """What it is, for annotators."""


class Utterance(Row):
    """A text that may be drivel: nonsense on its surface, with a meaning below."""

    utterance_id: Annotated[str, Key(), Field(min_length=1)]
    """Id of the text in its source."""
    text: Text
    """The text."""
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """sha256 of the text in UTF-8."""
    language: Annotated[str, Field(min_length=2)]
    """Language of the text, such as `en`."""
    is_drivel: bool | None = None
    """Whether the source says that it is drivel; null where it does not say."""
    source: Annotated[str, Field(min_length=1)]
    """Where the text comes from: name of the source, and place in it."""


class Adjudication(Row):
    """The kinds that one annotator gives an utterance in one round; the last round of each is in the annotations."""

    adjudication_id: Annotated[str, Key(), Field(min_length=1)]
    """The utterance, the round and the annotator."""
    utterance_id: Annotated[str, ForeignKey("utterances.utterance_id")]
    """The utterance."""
    round: Annotated[int, Field(ge=0)]
    """0 without knowing the others; then each has seen all kinds and reasons of the round before."""
    annotator_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who says so."""
    kinds: list[str]
    """The kinds, in the order of the closed list; empty where the annotator abstains."""
    reason: str
    """Why."""
    digest: Digest = ""
    """Digest of the ask in the journal."""


class Tagging(Row):
    """The kinds that at least half of the annotators give an utterance in their last round."""

    utterance_id: Annotated[str, Key(), ForeignKey("utterances.utterance_id")]
    """The utterance."""
    kinds: list[str]
    """The kinds by name; empty where none reaches half."""
    rounds: Annotated[int, Field(ge=1)]
    """Rounds that were held."""
    unanimous: bool
    """Whether all who did not abstain gave the same kinds in the end."""
    n: Annotated[int, Field(ge=1)]
    """Annotators who did not abstain in their last round."""


class Reading(Row):
    """What an utterance means, or might be taken to mean."""

    reading_id: Annotated[str, Key(), Field(min_length=1)]
    """The utterance, the number and the language."""
    utterance_id: Annotated[str, ForeignKey("utterances.utterance_id")]
    """The utterance."""
    number: Annotated[int, Field(ge=0)]
    """0 for the right reading, from 1 on for the wrong ones; translations have the same number."""
    language: Annotated[str, Field(min_length=2)]
    """Language of the reading."""
    is_right: bool
    """Whether it is meant to be the right one."""
    text: Text
    """The reading."""
    writer_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who wrote it."""
    digest: Digest = ""
    """Digest of the ask in the journal."""


class ReadingOption(Documented):
    """An option of a question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    """What it says."""
    is_right: bool
    """Whether it is the answer."""
    reading_id: str | None
    """The reading; null for none of the above."""


class ReadingQuestion(Row):
    """The readings of an utterance as a question with options."""

    question_id: Annotated[str, Key(), Field(min_length=1)]
    """The utterance, the difficulty and the language."""
    utterance_id: Annotated[str, ForeignKey("utterances.utterance_id")]
    """The utterance."""
    difficulty: Literal["easy", "hard"]
    """hard: the last option is none of the above, and the right reading may be missing."""
    language: Annotated[str, Field(min_length=2)]
    """Language of the options."""
    options: Annotated[list[ReadingOption], Field(min_length=2)]
    """The options in the order in which they are lettered."""
    answer: Letter
    """Letter of the answer."""
    shuffle_seed: int
    """What positions were drawn with."""
    basis: list[RowRef]
    """The utterance and its readings."""


TABLES: dict[str, type[Row]] = {
    "utterances": Utterance,
    "kinds": Kind,
    "adjudications": Adjudication,
    "taggings": Tagging,
    "readings": Reading,
    "reading_questions": ReadingQuestion,
    **SHARED,
}
"""Table name -> row type, the main table first."""

DETECTED = Aspect(
    item_table="utterances",
    aspect="drivel",
    labels=["yes", "no", ABSTAIN],
    rules=["majority", "mean"],
    question="{text}\nIs this nonsense on its surface with a meaning below?",
)
"""Whether an annotator takes a text for drivel."""
FITS = Aspect(
    item_table="readings",
    aspect="fits",
    labels=["yes", "no", ABSTAIN],
    rules=["majority", "mean"],
    question="{utterance_id.text}\nReading: {text}\nIs this what it means?",
)
"""Whether an annotator finds that a reading is what the utterance means."""


def kind_aspect(kind: str) -> Aspect:
    """Whether an utterance is of a kind, as an annotator says in the last round."""
    return Aspect(
        item_table="utterances", aspect=kind, labels=["yes", "no", ABSTAIN], rules=["majority", "mean"], question=None
    )


READ_AS = (
    View(
        "items",
        "SELECT utterance_id AS item_id, text, split, language AS stratum, is_drivel AS label FROM theirs.utterances",
    ),
    View(
        "choices",
        """SELECT utterance_id AS item_id, unnest(range(len(options))) AS position,
            unnest([o.text FOR o IN options]) AS text, unnest([o.is_right FOR o IN options]) AS gold
        FROM (FROM theirs.reading_questions WHERE difficulty = 'easy'
            QUALIFY row_number() OVER (PARTITION BY utterance_id ORDER BY language) = 1)""",
    ),
    View(
        "voices",
        "SELECT utterance_id AS item_id, writer_id AS annotator_id, text FROM theirs.readings WHERE is_right",
    ),
)
"""Checks and measures of items, choices and voices run on utterances, their easy questions and right readings."""
PLOTS = {"kind_scores": "bar", "adjudicated_agreement": "interval", "label_shares": "stacked_bar"}
"""Measures that are drawn."""
