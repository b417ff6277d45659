"""What people answered, taken into the journal: the last answer to each request counts, so that one can be corrected.

A line of `answers/<annotator>.jsonl` is one of

    {"custom_id": ..., "answer": {...}}     the answer to a request, by its digest, as a journal holds it
    {"person": ..., "attributes": {...}}    what the annotator declared with their consent
    {"attention": 1, "passed": true}        how an attention item was answered, which enters no table

The file is only ever appended to while people answer; a last line without a newline was cut off by a crash.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from ...schemas.request import Completion
from ..storage.journal import Journal
from .batch_files import BatchFile, BatchFolder

COMPARED = ("text", "reasoning")
"""What makes an answer another one."""


@dataclass
class Answers:
    """The answers of one person that count, and what they declared."""

    by_digest: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Digest of the request in hex -> the answer."""
    attributes: dict[str, str] | None = None
    """Null until the person has declared any, or that they declare none."""
    attention: dict[int, bool] = field(default_factory=dict)
    """Place of an attention item -> whether it was answered as expected."""


def read_answers(file: Path) -> Answers:
    """The answers in a file; none where there is no file."""
    found = Answers()
    for record in _records(file):
        if "custom_id" in record:
            found.by_digest[record["custom_id"]] = record["answer"]
        elif "attention" in record:
            found.attention[record["attention"]] = record["passed"]
        else:
            found.attributes = record["attributes"]
    return found


def take_answers(batches: BatchFolder, journal: Journal) -> None:
    """Journal what people answered since the last build; a wave is done when all of it is answered."""
    waves = [batch for batch in batches.waves() if batch.annotator not in journal.withdrawn]
    for annotator in sorted({batch.annotator or "" for batch in waves}):
        answers = read_answers(batches.answers(annotator))
        if answers.attributes is not None:
            journal.add_person(annotator, answers.attributes)
        for batch in (batch for batch in waves if batch.annotator == annotator):
            _take_wave(batches, batch, answers, journal)


def _take_wave(batches: BatchFolder, batch: BatchFile, answers: Answers, journal: Journal) -> None:
    contexts: dict[str, dict[str, Any]] = {}
    answered = True
    for _, record in batches.asks(batch):
        if "context" in record:
            contexts[record.pop("context")] = record
            continue
        digest = bytes.fromhex(record["digest"])
        answer = answers.by_digest.get(record["digest"])
        if answer is not None and _is_new(answer, digest, journal):
            context = record["ask"]["context"]
            journal.add_context(context, contexts[context])
            journal.add_answer(digest, Completion.from_record(answer).record(), record["ask"])
        answered &= digest in journal.answers
    if answered and not batch.done:
        journal.sync()
        batch.done = True
        batches.save(batch)


def _is_new(answer: dict[str, Any], digest: bytes, journal: Journal) -> bool:
    """Whether the journal lacks an answer; one that it replaces is voided."""
    earlier = journal.answer(digest)
    if earlier is None:
        return True
    if all(earlier.get(name) == answer.get(name) for name in COMPARED):
        return False
    journal.add_void(digest, "corrected")
    return True


def _records(file: Path) -> Iterator[dict[str, Any]]:
    if file.exists():
        with file.open("rb") as lines:
            for line in lines:
                if line.endswith(b"}\n"):
                    yield from_json(line)
