"""Answers from the journal alone: what a replay, a plan or an estimate asks, at no cost and without a teacher."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from ...schemas.request import Completion
from ...schemas.unanswered import UNANSWERED
from ...schemas.usage import Spent
from ..storage.journal import Journal
from .question import Answerer, Question


class AskFailed(Exception):
    """There is no usable answer: rejects the seed, or leaves out the row that the answer was for."""

    def __init__(self, reason: str, detail: str, digest: bytes) -> None:
        super().__init__(reason)
        self.reason, self.detail, self.digest = reason, detail, digest


@dataclass
class RequestCounts:
    """Requests of a process: total = cached + sent + failed + pending, once none is in flight."""

    total: int = 0
    cached: int = 0
    """Answered by the journal, or by an identical request in flight."""
    sent: int = 0
    """Answered by a teacher."""
    failed: int = 0
    """Without a usable answer."""
    pending: int = 0
    """Written to a batch file, to be answered later."""

    def __add__(self, other: RequestCounts) -> RequestCounts:
        """The requests of both."""
        return RequestCounts(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})


@dataclass
class JournalReader:
    """Looks asks up in a journal, and counts them and what their answers cost. An ask without a record fails."""

    journal: Journal
    answerers: dict[str, list[Answerer]]
    """Role -> the annotators that answer for it."""
    requests: RequestCounts = field(default_factory=RequestCounts)
    spending: defaultdict[tuple[str, str], Spent] = field(default_factory=lambda: defaultdict(Spent))
    """(role, teacher) -> what the answers cost."""
    concurrent = False
    """Whether asks may have to wait, so that several are best started at once."""
    _contexts: dict[tuple[str, type], tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def context(self, who: Answerer, parse: type[BaseModel]) -> tuple[str, dict[str, Any]]:
        """Digest and content of what stays the same between asks: the teacher and the schema of the answer."""
        cached = self._contexts.get(at := (who.row.annotator_id, parse))
        if cached is None:
            facts = {"teacher": who.teacher.identity(), "schema": parse.model_json_schema()}
            cached = self._contexts[at] = (blake2b(to_json(facts), digest_size=16).hexdigest(), facts)
        return cached

    async def completion(self, question: Question) -> Completion:
        """The recorded answer. Raises `AskFailed` if there is none."""
        if (completion := self.recorded(question)) is not None:
            return completion
        self.requests.failed += 1
        raise self.missing(question)

    def missing(self, question: Question) -> AskFailed:
        """Why there is no answer: what the journal says, or that a person has not answered yet."""
        if question.who.row.kind == "human" and question.digest not in self.journal.failures:
            return AskFailed(UNANSWERED, f"{question.who.row.annotator_id} has not answered this", question.digest)
        return AskFailed(*self.journal.failure(question.digest), question.digest)

    def recorded(self, question: Question) -> Completion | None:
        """Count an ask, and look it up in the journal."""
        self.requests.total += 1
        if (answer := self.journal.answer(question.digest)) is None:
            return None
        self.requests.cached += 1
        return Completion.from_record(answer)

    def judge(self, question: Question, failed: AskFailed | None) -> None:
        """Take note of whether an answer could be used; it matters only where answers are paid for."""
