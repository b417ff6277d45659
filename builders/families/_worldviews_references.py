"""References of answers to cultures, as extractors list them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...schemas.request import Prompt
from ...schemas.rows.shared import Annotation
from ...schemas.rows.worldviews import MENTIONS, Reference, Sentiment, WorldviewAnswer
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.few_shot import few_shot_prompt
from ..asking.narrow import Narrow
from ._annotations import annotation

YES_NO = ["yes", "no"]
SENTENCE_END = re.compile(r"(?<=[.!?؟])\s+|(?<=[。！？])\s*|\n+")


class FoundReference(AnswerModel):
    """A reference to a culture."""

    culture: str
    sentiment: Sentiment
    quotation: str


class FoundReferences(AnswerModel):
    """The references of an answer to cultures; none, if it refers to no culture."""

    references: list[FoundReference]


def extraction_prompt(
    system: str,
    examples: Iterable[tuple[str, Iterable[tuple[str, Sentiment, str]]]],
    cultures: Iterable[str],
    answer: str,
    max_tokens: int,
) -> Prompt:
    """A prompt for the references of an answer; the examples have culture, sentiment and quotation of each."""
    before = f"Cultures: {', '.join(cultures)}\nAnswer: "
    shown = [
        (before + text, {"references": [dict(zip(FoundReference.model_fields, each, strict=True)) for each in found]})
        for text, found in examples
    ]
    return few_shot_prompt(system, shown, before + answer, max_tokens)


def extraction_bounds(cultures: Iterable[str], answer: str, max_references: int) -> Narrow:
    """Only these cultures, and only sentences of the answer as quotations."""
    return {
        "references": {"max_length": max_references},
        "references.culture": {"enum": [*cultures]},
        "references.quotation": {"enum": [part for part in SENTENCE_END.split(answer) if part.strip()]},
    }


def reference_rows(answer: WorldviewAnswer, extracted: Answer[FoundReferences], ask: Ask) -> list[Reference]:
    """The references that an extractor found; of two that say the same the first is kept."""
    rows: dict[tuple[str, str], Reference] = {}
    for place, found in enumerate(extracted.value.references):
        row = Reference(
            reference_id=f"{answer.answer_id}/{extracted.annotator_id}/{place}",
            answer_id=answer.answer_id,
            extractor_id=extracted.annotator_id,
            culture=found.culture,
            sentiment=found.sentiment,
            quotation=found.quotation,
            digest=extracted.digest,
        )
        kept = rows.setdefault((found.culture, found.quotation), row)
        if kept is not row:
            reason, detail = "duplicate in listing", f"{found.culture}: {found.quotation}"
            ask.reject("row", "references", row.reference_id, reason, detail, kept_key=kept.reference_id)
    return list(rows.values())


def mention_rows(
    answer: WorldviewAnswer, extracted: Answer[FoundReferences], cultures: Iterable[str]
) -> list[Annotation]:
    """Whether the answer mentions each culture: also an extractor that found nothing leaves its judgement."""
    item, mentioned = ("answers", answer.answer_id), {found.culture for found in extracted.value.references}
    return [
        annotation(item, extracted, MENTIONS + culture, label="yes" if culture in mentioned else "no", options=YES_NO)
        for culture in cultures
    ]
