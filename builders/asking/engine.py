"""The asking itself: look an ask up in the journal, else pay for it, and write the answer down before it is read.

The digest of an ask holds everything that can change its answer, so a run resumes with the grain of one answer,
and an edit of the recipe pays only for what it touches.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ...schemas.errors import BadCompletion, TeacherBusy, TeacherError, TeacherUnavailable
from ...schemas.recipe import Budget as Limit
from ...schemas.recipe import Price
from ...schemas.request import Completion, Request
from ..dispatch.endpoint import Endpoint
from ..dispatch.pool import Pool
from ..dispatch.stop import Halt
from .budget import Budget
from .journal_reader import AskFailed, JournalReader
from .question import Answerer, Question

BACKOFF = (0.5, 1.0, 2.0, 4.0)
"""Seconds before an ask that failed is sent again; each is drawn from half to all of it."""
ROOM = 0.5
"""Seconds, drawn likewise, before an ask is sent again that found no room; that costs it none of its tries."""
LONGEST_WAIT = 600.0
"""Seconds; an endpoint that wants to be left alone for longer stops the run."""
UNAVAILABLE, CANNOT = "teacher unavailable", "teacher cannot answer this"
"""Reasons why the journal has no answer: one that may pass, and one that is final, as asking again cannot help."""
PATIENCE = 16
"""So many asks in a row without an answer, each after all its tries, stop the run."""


class Postponed(Exception):
    """The ask is written down to be answered later; its seed goes on when it is."""


@dataclass
class Engine(JournalReader):
    """What all asks of a run share: a teacher is sent what the journal does not answer."""

    concurrent = True
    limit: Limit = field(default_factory=Limit)
    prices: Mapping[str, Price] = field(default_factory=dict)
    recipe: str = "recipe.yaml"
    """The file that says what the limit is."""
    paid_tokens: int = 0
    """Tokens of the answers that this process paid for."""
    halt: Halt = field(default_factory=Halt)
    budget: Budget = field(init=False)
    postpone: Callable[[Question], Exception] | None = None
    """Takes an open ask in place of its teacher, and says why there is no answer to it now."""
    _pools: dict[str, Pool] = field(default_factory=dict)
    _open: dict[bytes, asyncio.Future[Completion]] = field(default_factory=dict)
    _silence: int = 0

    def __post_init__(self) -> None:
        self.budget = Budget(self.limit, self.prices, self.halt, self.recipe)

    async def completion(self, question: Question) -> Completion:
        """The answer to a question: from the journal, from an identical ask in flight, or from the teacher."""
        if (recorded := self.recorded(question)) is not None:
            return recorded
        digest = question.digest
        failure = self.journal.failure(digest)
        if failure[0] == CANNOT:
            self.asks.failed += 1
            raise AskFailed(*failure, digest)
        if self.postpone is not None:
            self.asks.failed += 1
            raise self.postpone(question)
        if (other := self._open.get(digest)) is not None:
            self.asks.replayed += 1
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

    @property
    def in_flight(self) -> int:
        """Requests that are sent and not answered."""
        return sum(pool.in_flight for pool in self._pools.values())

    def says(self) -> list[str]:
        """What the user must know now: that the run stops, pauses of teachers, and limits that fell."""
        stopping = ["stopping: waits for what is in flight"] if self.halt.reason and self.in_flight else []
        return stopping + [f"{name} {said}" for name, pool in self._pools.items() for said in pool.says()]

    async def close(self) -> None:
        """Let go of every endpoint."""
        for pool in self._pools.values():
            await pool.close()

    async def _pay(self, question: Question) -> Completion:
        """Have a question answered, and write the answer down before anybody sees it."""
        try:
            completion = await self._reach(question)
        except (TeacherUnavailable, BadCompletion) as error:
            self.halt.check()
            raise self._unanswered(question.digest, error) from None
        except TeacherError as error:
            self.halt.set(error)
            raise
        self._write_down(question, completion)
        self.asks.paid += 1
        self.paid_tokens += completion.output_tokens
        self._silence = 0
        return completion

    async def _reach(self, question: Question) -> Completion:
        """Send a question until it is answered, each time from the end of the line; a deadline counts from sending."""
        pool, request = self._pool(question.who), question.request()
        delays = iter(BACKOFF)
        while True:
            place = await pool.place()
            try:
                await self._ready(place.endpoint, request)
                return await self.budget.send(question.who.name, request, place.send)
            except TeacherUnavailable as error:
                pause = self._pause(error, delays)
            finally:
                pool.leave(place)
            await self.halt.sleep(pause)

    async def _ready(self, endpoint: Endpoint, request: Request) -> None:
        """The last moment before a request is sent and may cost money."""
        if (wait := endpoint.book(request)) > 0:
            await self.halt.sleep(wait)
        self.halt.check()

    def _pause(self, error: TeacherUnavailable, delays: Iterator[float]) -> float:
        """Seconds before an ask joins the line again; raises the error when its tries are used up."""
        if not isinstance(error, TeacherBusy):
            if (delay := next(delays, None)) is None:
                raise error
            return delay * random.uniform(0.5, 1)
        if (wait := error.retry_after or 0.0) > LONGEST_WAIT:
            self.halt.set(error)
            raise error
        return max(wait, ROOM * random.uniform(0.5, 1))

    def _pool(self, who: Answerer) -> Pool:
        if (pool := self._pools.get(who.name)) is None:
            pool = self._pools[who.name] = Pool(who.teacher, self.halt)
        return pool

    def _write_down(self, question: Question, completion: Completion) -> None:
        self.journal.add_context(question.context, question.facts)
        self.journal.add_answer(question.digest, completion.record(), question.record())

    def _unanswered(self, digest: bytes, error: TeacherError) -> Exception:
        """Count and record an ask without an answer; too many in a row stop the run.

        That a teacher cannot answer this one is believed of a teacher that can answer others.
        """
        answers = self.asks.paid or self.asks.replayed
        reason = CANNOT if answers and isinstance(error, BadCompletion) else UNAVAILABLE
        self._silence += reason == UNAVAILABLE
        self.asks.failed += 1
        self.journal.add_failure(digest, reason, str(error))
        if self._silence < PATIENCE:
            return AskFailed(reason, str(error), digest)
        stopped = TeacherUnavailable(
            f"no answer to {PATIENCE} asks in a row; everything answered before is kept",
            got=error.brief,
            hint="run the same command again when the teacher can answer: it goes on from here",
        )
        self.halt.set(stopped)
        return stopped
