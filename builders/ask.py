"""The durable ask: look it up, else ask, write the answer down, then parse it.

The digest of an ask holds everything that can change its answer, so a run resumes with the grain of one answer,
an edit of the recipe pays only for what it touches, and an answer can be parsed again for nothing.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from ..schemas.errors import BadCompletion, Interrupted, TeacherError, TeacherUnavailable
from ..schemas.request import Completion, Message, Prompt, Request
from ..schemas.rows.reject import Level, Reject
from ..schemas.rows.shared import Annotator
from .journal import Journal
from .teacher import Teacher

T = TypeVar("T", bound=BaseModel)
R = TypeVar("R")


@dataclass(slots=True)
class Spent:
    """What the answers of one teacher in one role have cost."""

    answers: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


RE_ASKS = 2
"""How often an answer that does not parse is asked for again."""
RE_ASK = Message(
    "user", "That answer could not be read. Answer again, with JSON under the given schema and nothing else."
)
BACKOFF = (0.5, 1.0, 2.0, 4.0)
"""Seconds between tries of a teacher that cannot be reached; each is drawn from half to all of it."""
PATIENCE = 8
"""So many asks in a row without an answer stop the run."""


class AskFailed(Exception):
    """There is no usable answer: rejects the seed, or is a missing annotation of a panel."""

    def __init__(self, reason: str, detail: str, digest: bytes) -> None:
        super().__init__(reason)
        self.reason, self.detail, self.digest = reason, detail, digest


@dataclass(frozen=True)
class Answerer:
    """An annotator with the teacher that speaks for it."""

    row: Annotator
    name: str
    teacher: Teacher
    persona: str | None = None

    def address(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """The messages as this annotator is sent them: a persona is told first whom it speaks for."""
        if self.persona is None:
            return messages
        first, *rest = messages
        if first.role != "system":
            return (Message("system", self.persona), *messages)
        return (Message("system", f"{self.persona}\n\n{first.content}"), *rest)


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A parsed answer, who gave it, and where it stands in the journal."""

    value: T
    annotator_id: str
    digest: str


@dataclass(slots=True)
class Question:
    """One ask, rendered: who is asked what, under which schema, for which seed."""

    who: Answerer
    role: str
    messages: tuple[Message, ...]
    max_tokens: int
    context: str
    facts: dict[str, Any]
    seed_id: str
    sample: int
    attempt: int
    digest: bytes = field(init=False)
    """Digest of everything that can change the answer; the context stands for teacher and schema."""

    def __post_init__(self) -> None:
        self.digest = blake2b(to_json(self.record()), digest_size=16).digest()

    def record(self) -> dict[str, Any]:
        """What the journal says was asked."""
        return {
            "context": self.context,
            "messages": self.messages,
            "max_tokens": self.max_tokens,
            "annotator": self.who.row.annotator_id,
            "seed": self.seed_id,
            "sample": self.sample,
            "attempt": self.attempt,
        }

    def request(self) -> Request:
        """What the teacher is sent; the sampling seed comes from the digest."""
        return Request(self.messages, self.facts["schema"], self.max_tokens, int.from_bytes(self.digest[:4]) >> 1)


@dataclass
class Engine:
    """What all asks of a run share. `live` is false in the final replay, which never calls a teacher."""

    journal: Journal
    answerers: dict[str, list[Answerer]]
    live: bool = True
    asks: Counter[str] = field(default_factory=Counter)
    spending: defaultdict[tuple[str, str], Spent] = field(default_factory=lambda: defaultdict(Spent))
    """(role, teacher) -> what it cost."""
    in_flight: int = 0
    stopping: bool = False
    _contexts: dict[tuple[str, type], tuple[str, dict[str, Any]]] = field(default_factory=dict)
    _slots: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    _open: dict[bytes, asyncio.Future[Completion]] = field(default_factory=dict)
    _silence: int = 0

    def context(self, who: Answerer, parse: type[BaseModel]) -> tuple[str, dict[str, Any]]:
        """Digest and content of what stays the same between asks: the teacher and the schema of the answer."""
        known = self._contexts.get(at := (who.row.annotator_id, parse))
        if known is None:
            facts = {"teacher": who.teacher.identity(), "schema": parse.model_json_schema()}
            known = self._contexts[at] = (blake2b(to_json(facts), digest_size=16).hexdigest(), facts)
        return known

    async def completion(self, question: Question) -> Completion:
        """The answer to a question: from the journal, from an identical ask in flight, or from the teacher."""
        digest = question.digest
        self.asks["asked"] += 1
        if (answer := self.journal.answer(digest)) is not None:
            self.asks["replayed"] += 1
            return Completion(**answer)
        if not self.live:
            raise AskFailed(*self.journal.failure(digest), digest)
        if (other := self._open.get(digest)) is not None:
            self.asks["replayed"] += 1
            return await asyncio.shield(other)
        mine = self._open[digest] = asyncio.get_running_loop().create_future()
        try:
            completion = await self._pay(question)
        except BaseException as error:
            mine.set_exception(error)
            mine.exception()  # looked at, so that nobody warns when nobody else waits
            raise
        finally:
            del self._open[digest]
        mine.set_result(completion)
        return completion

    async def _pay(self, question: Question) -> Completion:
        teacher = question.who.teacher
        async with self._slots.setdefault(question.who.name, asyncio.Semaphore(teacher.concurrency)):
            if self.stopping:
                raise Interrupted("stopped")
            self.in_flight += 1
            try:
                completion = await self._reach(teacher, question.request())
            except (TeacherUnavailable, BadCompletion) as error:
                raise self._unanswered(question.digest, error) from None
            finally:
                self.in_flight -= 1
        self._write_down(question, completion)
        self.asks["paid"] += 1
        self._silence = 0
        return completion

    def _write_down(self, question: Question, completion: Completion) -> None:
        self.journal.add_context(question.context, question.facts)
        answer = {name: getattr(completion, name) for name in Completion.__slots__}
        self.journal.add_answer(question.digest, answer, {**question.record(), "role": question.role})

    def _unanswered(self, digest: bytes, error: TeacherError) -> Exception:
        """Count and record an ask without an answer; too many in a row stop the run."""
        self.asks["failed"] += 1
        self._silence += 1
        reason = "teacher unavailable" if isinstance(error, TeacherUnavailable) else "teacher cannot answer this"
        self.journal.add_failure(digest, reason, str(error))
        if self._silence < PATIENCE:
            return AskFailed(reason, str(error), digest)
        return TeacherUnavailable(
            f"no answer to {PATIENCE} asks in a row; everything answered before is kept",
            got=error.what if error.got is None else f"{error.what}: {error.got}",
            hint="run the same command again when the teacher can answer: it goes on from here",
        )

    async def _reach(self, teacher: Teacher, request: Request) -> Completion:
        for delay in BACKOFF:
            try:
                return await teacher.complete(request)
            except TeacherUnavailable:
                if self.stopping:
                    raise
                await asyncio.sleep(delay * random.uniform(0.5, 1))
        return await teacher.complete(request)


@dataclass
class Ask:
    """What a family asks with; one for each seed, so that failures are recorded where they belong."""

    engine: Engine
    seed_id: str
    rejects: list[Reject] = field(default_factory=list)

    async def __call__(self, prompt: Prompt, parse: type[T], role: str, sample: int = 0) -> Answer[T]:
        """Ask the one annotator of a role. Raises `AskFailed`."""
        return await self.answer(self.engine.answerers[role][0], prompt, parse, role, sample)

    async def panel(
        self, prompt: Callable[[Annotator], Prompt], parse: type[T], role: str, table: str, item_id: str
    ) -> list[Answer[T]]:
        """Ask every annotator of a role about one item. A failed ask is recorded, and missing from the list."""

        async def one(who: Answerer) -> Answer[T] | None:
            try:
                return await self.answer(who, prompt(who.row), parse, role)
            except AskFailed as failed:
                key = to_json([table, item_id, who.row.annotator_id]).decode()
                self.reject("ask", "annotations", key, failed.reason, failed.detail, digest=failed.digest.hex())
                return None

        answers = await self.all(one(who) for who in self.engine.answerers[role])
        return [answer for answer in answers if answer is not None]

    async def all(self, asks: Iterable[Coroutine[Any, Any, R]]) -> list[R]:
        """Wait for several asks at once, results in order; siblings of a failed one finish."""
        if not self.engine.live:
            return [await ask for ask in asks]
        results = await asyncio.gather(*asks, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return cast(list[R], results)

    def failed(self, reason: str, detail: str, answer: Answer[Any]) -> AskFailed:
        """The error to raise when an answer was read but cannot be used."""
        return AskFailed(reason, detail, bytes.fromhex(answer.digest))

    def reject(self, level: Level, table: str, key: str, reason: str, detail: str, **links: str) -> None:
        """Record that something is missing, and why; `links` are `digest` and `beaten_by` of the record."""
        self.rejects.append(
            Reject(level=level, table=table, key=key, step="ask", reason=reason, detail=detail, **links)
        )

    async def answer(self, who: Answerer, prompt: Prompt, parse: type[T], role: str, sample: int = 0) -> Answer[T]:
        """Ask one annotator, and again if the answer does not parse. Raises `AskFailed`."""
        context, facts = self.engine.context(who, parse)
        messages = who.address(prompt.messages)
        for attempt in range(RE_ASKS + 1):
            question = Question(who, role, messages, prompt.max_tokens, context, facts, self.seed_id, sample, attempt)
            completion = await self.engine.completion(question)
            self._spend(role, who.name, completion)
            if completion.finish == "refusal":
                raise AskFailed("refused", completion.text, question.digest)
            try:
                value = parse.model_validate_json(completion.text)
            except ValidationError as error:
                complaint = error
            else:
                return Answer(value, who.row.annotator_id, question.digest.hex())
            messages = (*messages, RE_ASK)
        raise _unparsable(completion, complaint, question.digest)

    def _spend(self, role: str, teacher: str, completion: Completion) -> None:
        spent = self.engine.spending[role, teacher]
        spent.answers += 1
        spent.input_tokens += completion.input_tokens
        spent.output_tokens += completion.output_tokens


def _unparsable(completion: Completion, complaint: ValidationError, digest: bytes) -> AskFailed:
    first = complaint.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"])) or "answer"
    reason = "answer cut off" if completion.finish == "length" else "answer does not parse"
    return AskFailed(reason, f"{where}: {first['msg']}; answer: {completion.text[:500]}", digest)
