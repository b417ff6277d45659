"""Family `worldviews`: which cultures answers to open questions refer to, after WorldView-Bench (arXiv 2505.09595).

Theirs are open questions in domains of knowledge, three conditions (baseline, contextual, and an agent for each culture
with a synthesis), and references to cultures with their sentiment. No code or data of theirs was published: the tables,
the closed list of cultures, the quotation behind each reference and the second extractor are ours.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..row import ForeignKey, Key, Row
from ..views import View
from .shared import SHARED, RowRef

Condition = Literal["baseline", "contextual", "multi_agent"]
AgentRole = Literal["answer", "voice", "synthesis"]
Sentiment = Literal["positive", "neutral", "negative"]

Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
Digest = Annotated[str, Field(pattern="^([0-9a-f]{32})?$")]

MENTIONS = "mentions "
"""Start of the aspect that says whether an answer refers to a culture; its name follows."""


class Question(Row):
    """An open question that cultures may answer differently."""

    question_id: Annotated[str, Key(), Field(min_length=1)]
    """Id from the source, or a digest of the text."""
    text: Text
    """The question."""
    domain: str | None = None
    """Domain of knowledge, such as health."""
    culture: Annotated[str | None, ForeignKey("cultures.culture")] = None
    """The culture that it was written for; null where it was written for none."""
    language: str | None = None
    """ISO 639 code of the language."""
    source: Annotated[str, Field(min_length=1)]
    """Where it comes from: name of the source, and place in it."""


class Culture(Row):
    """A culture of the closed list."""

    culture: Annotated[str, Key(), Field(min_length=1)]
    """Its name."""
    aliases: list[str] = []
    """Other words by which texts refer to it."""


class WorldviewAnswer(Row):
    """An answer to a question, or what one agent contributed to it."""

    answer_id: Annotated[str, Key(), Field(min_length=1)]
    """Question, writer and condition; of a voice also its culture and round."""
    question_id: Annotated[str, ForeignKey("questions.question_id")]
    """The question."""
    writer_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who wrote it."""
    condition: Condition
    """`baseline` is the question alone, `contextual` adds a system prompt that asks for several worldviews, and
    `multi_agent` has a voice for each culture and a synthesis of them."""
    agent_role: AgentRole
    """An answer by itself, one voice, or the synthesis of voices."""
    culture: Annotated[str | None, ForeignKey("cultures.culture")] = None
    """The culture that a voice speaks from; null for answers and syntheses."""
    round: Annotated[int, Field(ge=1)] = 1
    """Round of the exchange; in later ones a voice has read the others."""
    text: Text
    """What was answered."""
    basis: list[RowRef] = []
    """The answers that it rests on: of a synthesis its voices, of a voice in a later round the round before."""
    digest: Digest = ""
    """Digest of the request in the journal."""


class Reference(Row):
    """A reference to a culture in an answer, as one extractor reads it."""

    reference_id: Annotated[str, Key(), Field(min_length=1)]
    """Answer, extractor and place in the extractor's list, from 0."""
    answer_id: Annotated[str, ForeignKey("answers.answer_id")]
    """The answer."""
    extractor_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who found it."""
    culture: Annotated[str, ForeignKey("cultures.culture")]
    """The culture that is referred to."""
    sentiment: Sentiment
    """How the answer speaks of it there."""
    quotation: Text
    """The sentence of the answer that refers to it, word for word."""
    digest: Digest = ""
    """Digest of the request in the journal."""


TABLES: dict[str, type[Row]] = {
    "questions": Question,
    "answers": WorldviewAnswer,
    "references": Reference,
    "cultures": Culture,
    **SHARED,
}
"""Table name -> row type, the main table first."""

READ_AS = (
    View(
        "items",
        """SELECT question_id AS item_id, text, split, domain AS label, domain AS stratum FROM theirs.questions""",
    ),
    View(
        "voices",
        """SELECT question_id AS item_id, culture AS annotator_id, text FROM theirs.answers
            WHERE agent_role = 'voice' AND round = 1""",
    ),
    View(
        "distributions",
        """SELECT question_id AS item_id, condition AS group_id, r.culture AS option,
            count(*) / sum(count(*)) OVER (PARTITION BY question_id, condition) AS share
        FROM theirs."references" r JOIN theirs.answers USING (answer_id) GROUP BY question_id, condition, r.culture""",
    ),
)
"""Questions are items, the voices of the first round are voices, and cultures are distributed by condition."""
PLOTS = {
    "perspective_entropy": "bar",
    "perspective_distribution": "stacked_bar",
    "sentiment_by_culture": "stacked_bar",
}
"""Measures that are drawn."""
