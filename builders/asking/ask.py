"""What a family asks with: a typed answer, required or optional, or those of several annotators and samples.

An answer is parsed after it was journaled, so parsing it again costs nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, NamedTuple, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from ...schemas.request import RE_ASK, Completion, Message, Prompt
from ...schemas.rows.reject import Level, Reject
from ...schemas.rows.shared import Annotator
from .answer_limit import answer_limit
from .answer_text import answer_text, thinks
from .journal_reader import AskFailed, JournalReader
from .narrow import Narrow, check, narrowed
from .question import Answerer, Question

T = TypeVar("T", bound=BaseModel)
R = TypeVar("R")
Item = tuple[str, str]
"""Table and key of the row that an ask is about."""

RE_ASKS = 2
"""How often an answer that does not parse is asked for again."""
QUOTED = 500
"""Characters of an unreadable answer that a re-ask and a reject quote; a prompt must not outgrow the context for it."""
NOTHING = "(no answer)"
"""What a re-ask quotes of a blank answer, which not every chat template takes."""
THINKING_HINT = "the limit of tokens was reached while thinking: set `thinking_tokens` of the teacher"


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A parsed answer, who gave it, and where it stands in the journal."""

    value: T
    annotator: Annotator
    digest: str
    sample: int = 0
    """Number of the answer, where one annotator was asked several times."""
    model: str = ""
    """Name of the model, as the endpoint reported it; empty where it did not."""
    temperature: float | None = None
    """Sampling temperature of the prompt, else of the teacher; null where the endpoint's own default held."""

    @property
    def annotator_id(self) -> str:
        """Id of the annotator who gave it."""
        return self.annotator.annotator_id


class HumanAnswer(NamedTuple):
    """What a person answered to one request."""

    completion: Completion
    round: str | None
    """The round of the person, if it is kept apart."""


@dataclass
class Ask:
    """What a family asks with; one for each seed, so that failures are recorded where they belong."""

    engine: JournalReader
    seed_id: str
    rejects: list[Reject] = field(default_factory=list)
    earlier: Sequence[str] = ()
    """What the family remembers of the rounds before, if it works in rounds."""
    of_people: dict[str, HumanAnswer] = field(default_factory=dict)
    """Digest in hex -> the answer of a person."""
    wording: Mapping[str, str] = field(default_factory=dict)
    """Label at the beginning of a line of the user, such as `Situation` -> the word in its place."""
    answer_tokens: Mapping[str, int] = field(default_factory=dict)
    """Role -> tokens at which its answers are cut off, in place of the limits of the prompts."""
    _counted: set[bytes] = field(default_factory=set)
    """Digests of the answers in the books: equal asks share one, and they are always of one seed."""

    async def __call__(
        self, prompt: Prompt, parse: type[T], role: str, *, sample: int = 0, narrow: Narrow | None = None
    ) -> Answer[T]:
        """Ask the one annotator of a role. Raises `AskFailed`, which rejects the seed unless the family handles it."""
        return await self.answer(self.engine.answerers[role][0], prompt, parse, role, sample, narrow)

    async def maybe(
        self, prompt: Prompt, parse: type[T], role: str, *, item: Item, sample: int = 0, narrow: Narrow | None = None
    ) -> Answer[T] | None:
        """Ask for what the rows can do without: a failure is recorded under the item, and None comes back."""
        try:
            return await self(prompt, parse, role, sample=sample, narrow=narrow)
        except AskFailed as failed:
            self.missing(failed, item[0], item)
            return None

    async def each(
        self,
        prompt: Prompt | Callable[[Annotator], Prompt | None],
        parse: type[T],
        role: str,
        *,
        item: Item,
        into: str | None = None,
        samples: Iterable[int] = (0,),
        narrow: Narrow | None = None,
        required: bool = False,
    ) -> list[Answer[T]]:
        """Ask every annotator of a role for every sample; a failed ask is recorded, and missing from the list.

        `into` is the table that lacks a row where one fails, by default that of the item. Where an answer is
        `required`, `AskFailed` is raised if none of the asks has one. An annotator without a prompt is not asked.
        """

        async def one(who: Answerer, prompt: Prompt, sample: int) -> Answer[T] | tuple[AskFailed, list[str | int]]:
            try:
                return await self.answer(who, prompt, parse, role, sample, narrow)
            except AskFailed as failed:
                return failed, [who.row.annotator_id, *([sample] if sample else [])]

        one_prompt = (lambda _: prompt) if isinstance(prompt, Prompt) else prompt
        prompts = [(who, one_prompt(who.row)) for who in self.engine.answerers[role]]
        asks = [(who, asked, sample) for who, asked in prompts if asked for sample in samples]
        results = await self.all(one(*ask) for ask in asks)
        answers = [result for result in results if isinstance(result, Answer)]
        failures = [result for result in results if not isinstance(result, Answer)]
        if required and not answers:
            raise failures[0][0]
        for failed, of in failures:
            self.missing(failed, into or item[0], (*item, *of))
        return answers

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

    def missing(self, failed: AskFailed, table: str, key: Sequence[str | int]) -> None:
        """Record that a table lacks what a failed ask was for."""
        digest = failed.digest.hex()
        self.reject("ask", table, to_json(key).decode(), failed.reason, failed.detail, digest=digest)

    def reject(self, level: Level, table: str, key: str, reason: str, detail: str, **links: str) -> None:
        """Record that something is missing, and why; `links` are `digest` and `kept_key` of the record."""
        self.rejects.append(
            Reject(level=level, table=table, key=key, step="ask", reason=reason, detail=detail, **links)
        )

    async def answer(
        self,
        who: Answerer,
        prompt: Prompt,
        parse: type[T],
        role: str,
        sample: int = 0,
        narrow: Narrow | None = None,
    ) -> Answer[T]:
        """Ask one annotator, and again if the answer does not parse. Raises `AskFailed`."""
        context, facts = self.engine.context(who, parse)
        prompt = self._as_asked(prompt, role, facts["schema"], narrow)
        messages = first = who.address(prompt.messages)
        previous: tuple[Message, ...] = ()
        for attempt in range(RE_ASKS + 1):
            question = Question(
                who, role, messages, prompt, context, facts, self.seed_id, sample, attempt, narrow or None
            )
            if messages == previous and question.temperature == 0 and not self.engine.journal.answer(question.digest):
                # At temperature 0 the same conversation gets the same answer, so the model is shown its repetition.
                question = replace(question, messages=(*messages, *messages[-2:]))
            completion = await self.engine.completion(question)
            self._spend(question, completion)
            if completion.finish == "refusal":
                failed = AskFailed("refused", completion.text, question.digest)
                self.engine.judge(question, failed)
                raise failed
            try:
                value = parse.model_validate_json(answer_text(completion.text))
                check(value, narrow or {})
            except ValidationError as complaint:
                failed = _unparsable(completion, complaint, question.digest)
                self.engine.judge(question, failed)
            else:
                self.engine.judge(question, None)
                if who.row.kind == "human":
                    self.of_people[question.digest.hex()] = HumanAnswer(completion, who.round)
                return Answer(value, who.row, question.digest.hex(), sample, completion.model, question.temperature)
            previous, messages = messages, (*first, *_again(completion))
        raise failed

    def _as_asked(self, prompt: Prompt, role: str, schema: Mapping[str, Any], narrow: Narrow | None) -> Prompt:
        """The prompt with its limit of tokens, and with the labels of the family's language."""
        limit = self.answer_tokens.get(role) or prompt.max_tokens
        if limit is None:
            limit = answer_limit(narrowed(schema, narrow) if narrow else schema)
        if not self.wording:
            return prompt if limit == prompt.max_tokens else replace(prompt, max_tokens=limit)
        messages = tuple(replace(each, content=self._worded(each)) for each in prompt.messages)
        return replace(prompt, messages=messages, max_tokens=limit)

    def _worded(self, message: Message) -> str:
        if message.role != "user":
            return message.content
        labels = "|".join(map(re.escape, self.wording))
        return re.sub(rf"^({labels})(?=:)", lambda label: self.wording[label[1]], message.content, flags=re.MULTILINE)

    def _spend(self, question: Question, completion: Completion) -> None:
        if question.digest in self._counted:
            return
        self._counted.add(question.digest)
        spent = self.engine.spending[question.role, question.who.name]
        spent.answers += 1
        spent.input_tokens += completion.input_tokens
        spent.output_tokens += completion.output_tokens
        spent.uncounted += not completion.input_tokens


def _again(unreadable: Completion) -> tuple[Message, Message]:
    """What a re-ask adds: the last answer and what is wrong with it, as many chat templates take turns only."""
    text = unreadable.text[:QUOTED] if unreadable.text.strip() else NOTHING
    return Message("assistant", text), RE_ASK


def _unparsable(completion: Completion, complaint: ValidationError, digest: bytes) -> AskFailed:
    first = complaint.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"])) or "answer"
    detail = f"{where}: {first['msg']}; answer: {completion.text[:QUOTED]}"
    if completion.finish != "length":
        return AskFailed("answer does not parse", detail, digest)
    if thinks(completion):
        return AskFailed("thinking cut off", f"{THINKING_HINT}; {detail}", digest)
    return AskFailed("answer cut off", detail, digest)
