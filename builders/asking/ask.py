"""What a family asks with: one typed answer, or a panel's; what is missing is recorded where it belongs.

An answer is parsed after it was journaled, so it can be parsed again for nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from ...schemas.request import RE_ASK, Completion, Message, Prompt
from ...schemas.rows.reject import Level, Reject
from ...schemas.rows.shared import Annotator
from .journal_reader import AskFailed, JournalReader
from .question import Answerer, Question

T = TypeVar("T", bound=BaseModel)
R = TypeVar("R")

RE_ASKS = 2
"""How often an answer that does not parse is asked for again."""
QUOTED = 500
"""Characters of an unreadable answer that a re-ask and a reject quote; a prompt must not outgrow the context for it."""
NOTHING = "(no answer)"
"""What a re-ask quotes of a blank answer, which not every chat template takes."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A parsed answer, who gave it, and where it stands in the journal."""

    value: T
    annotator_id: str
    digest: str
    sample: int = 0
    """Number of the answer, where one annotator was asked several times."""


@dataclass
class Ask:
    """What a family asks with; one for each seed, so that failures are recorded where they belong."""

    engine: JournalReader
    seed_id: str
    rejects: list[Reject] = field(default_factory=list)
    earlier: Sequence[str] = ()
    """What the family remembers of the rounds before, if it works in rounds."""
    _counted: set[bytes] = field(default_factory=set)
    """Digests of the answers in the books: equal asks share one, and they are always of one seed."""

    async def __call__(self, prompt: Prompt, parse: type[T], role: str, sample: int = 0) -> Answer[T]:
        """Ask the one annotator of a role. Raises `AskFailed`."""
        return await self.answer(self.engine.answerers[role][0], prompt, parse, role, sample)

    async def samples(
        self, prompt: Prompt, parse: type[T], role: str, n: int, table: str, item_id: str
    ) -> list[Answer[T]]:
        """Ask the one annotator of a role `n` times; a failed ask is recorded. Raises `AskFailed` if all fail."""

        async def one(sample: int) -> Answer[T] | AskFailed:
            try:
                return await self(prompt, parse, role, sample)
            except AskFailed as failed:
                return failed

        answers = await self.all(one(sample) for sample in range(n))
        good = [answer for answer in answers if isinstance(answer, Answer)]
        failed = [(sample, error) for sample, error in enumerate(answers) if isinstance(error, AskFailed)]
        if not good:
            raise failed[0][1]
        for sample, error in failed:
            key = to_json([table, item_id, sample]).decode()
            self.reject("ask", table, key, error.reason, error.detail, digest=error.digest.hex())
        return good

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
        if not self.engine.concurrent:
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
        messages = first = who.address(prompt.messages)
        for attempt in range(RE_ASKS + 1):
            question = Question(who, role, messages, prompt.max_tokens, context, facts, self.seed_id, sample, attempt)
            completion = await self.engine.completion(question)
            self._spend(question, completion)
            if completion.finish == "refusal":
                raise AskFailed("refused", completion.text, question.digest)
            try:
                value = parse.model_validate_json(completion.text)
            except ValidationError as error:
                complaint = error
            else:
                return Answer(value, who.row.annotator_id, question.digest.hex(), sample)
            messages = (*first, *_again(completion))
        raise _unparsable(completion, complaint, question.digest)

    def _spend(self, question: Question, completion: Completion) -> None:
        if question.digest in self._counted:
            return
        self._counted.add(question.digest)
        spent = self.engine.spending[question.role, question.who.name]
        spent.answers += 1
        spent.input_tokens += completion.input_tokens
        spent.output_tokens += completion.output_tokens


def _again(unreadable: Completion) -> tuple[Message, Message]:
    """What a re-ask adds: the last answer and what is wrong with it, as many chat templates take turns only."""
    said = unreadable.text[:QUOTED] if unreadable.text.strip() else NOTHING
    return Message("assistant", said), RE_ASK


def _unparsable(completion: Completion, complaint: ValidationError, digest: bytes) -> AskFailed:
    first = complaint.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"])) or "answer"
    reason = "answer cut off" if completion.finish == "length" else "answer does not parse"
    return AskFailed(reason, f"{where}: {first['msg']}; answer: {completion.text[:QUOTED]}", digest)
