"""Asks teachers for what the journal does not answer, and journals each answer before anything reads it.

The digest of a request covers everything that can change its answer, so a run resumes at the granularity of one
answer, and an edit of the recipe pays only for what it affects.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ...schemas.errors import BadCompletion, Interrupted, TeacherBusy, TeacherError, TeacherUnavailable
from ...schemas.recipe import Budget, Price, StopRule
from ...schemas.request import Completion
from ..dispatch.pool import Pool
from ..dispatch.stop import StopSignal
from .budget import BudgetTracker
from .failure_limit import FailureLimit
from .journal_reader import AskFailed, JournalReader
from .question import Answerer, Question

BACKOFF = (0.5, 1.0, 2.0, 4.0)
"""Seconds before a failed request is sent again; each is drawn from half to all of it."""
BUSY_DELAY = 0.5
"""Seconds, drawn likewise, before a request that met overload is sent again; that uses up none of its retries."""
MAX_RETRY_AFTER = 600.0
"""Seconds; an endpoint that asks for a longer wait stops the run."""
UNAVAILABLE, CANNOT = "teacher unavailable", "teacher cannot answer this"
"""Reasons for a missing answer: one that may pass, and one that is final, as asking again cannot help."""
MAX_CONSECUTIVE_FAILURES = 16
"""This many requests in a row without an answer, each after all its retries, stop the run."""


class Postponed(Exception):
    """The request is written to a batch file; its seed continues once it is answered."""


@dataclass
class Engine(JournalReader):
    """What all requests of a run share. A teacher is sent what the journal does not answer."""

    concurrent = True
    limits: Budget = field(default_factory=Budget)
    prices: Mapping[str, Price] = field(default_factory=dict)
    stop_rule: StopRule = field(default_factory=StopRule)
    recipe_file: str = "recipe.yaml"
    """The file that declares the limits, named in errors."""
    sent_tokens: int = 0
    """Tokens of the answers that teachers gave this process."""
    stop: StopSignal = field(default_factory=StopSignal)
    budget: BudgetTracker = field(init=False)
    failure_limit: FailureLimit = field(init=False)
    postpone: Callable[[Question], Exception] | None = None
    """Takes an unanswered request in place of its teacher; returns why there is no answer now."""
    postpone_models: bool = False
    """Whether `postpone` takes the requests of models too, and not only those of people, who are never sent any."""
    _pools: dict[str, Pool] = field(default_factory=dict)
    _open: dict[bytes, asyncio.Future[Completion]] = field(default_factory=dict)
    _unjudged: set[bytes] = field(default_factory=set)
    """Digests of answers that were sent for and not judged yet."""
    _consecutive_failures: int = 0
    _rate_share: float = 1.0

    def __post_init__(self) -> None:
        self.budget = BudgetTracker(self.limits, self.prices, self.stop, self.recipe_file)
        self.failure_limit = FailureLimit(self.stop_rule)

    async def completion(self, question: Question) -> Completion:
        """The answer from the journal, from an identical request in flight, or from the teacher.

        Raises `AskFailed` if there is none, `Postponed`, and what stops the run.
        """
        if (recorded := self.recorded(question)) is not None:
            return recorded
        digest = question.digest
        failure = self.journal.failure(digest)
        if failure[0] == CANNOT:
            self.requests.failed += 1
            raise AskFailed(*failure, digest)
        human = question.who.row.kind == "human"
        if self.postpone is not None and (human or self.postpone_models):
            raise self._postponed(self.postpone(question))
        if human:
            raise self._postponed(self.missing(question))
        if (same := self._open.get(digest)) is not None:
            self.requests.cached += 1
            return await asyncio.shield(same)
        answer = self._open[digest] = asyncio.get_running_loop().create_future()
        try:
            completion = await self._send(question)
        except BaseException as error:
            answer.set_exception(error)
            answer.exception()  # marked as retrieved: asyncio warns otherwise if no one else awaits it
            raise
        finally:
            del self._open[digest]
        answer.set_result(completion)
        return completion

    def judge(self, question: Question, failed: AskFailed | None) -> None:
        """Count whether an answer could be used, once for each answer; too many unusable ones stop the run."""
        cached = question.digest not in self._unjudged
        self._unjudged.discard(question.digest)
        if failed is None:
            self.failure_limit.add_usable(question.role, question.who.name, cached)
        elif not cached:
            self._count_unusable(question, failed)

    @property
    def in_flight(self) -> int:
        """Requests that are sent and not answered."""
        return sum(pool.in_flight for pool in self._pools.values())

    def status_messages(self) -> list[str]:
        """What the user should know now: that the run is stopping, damage, pauses of teachers, lowered concurrency."""
        stopping = [self._stopping()] if self.stop.reason and self.in_flight else []
        teachers = [f"{name} {message}" for name, pool in self._pools.items() for message in pool.status_messages()]
        damage = []
        if lines := self.journal.damaged:
            damage.append(f"{lines:,} damaged lines of the journal are skipped; what they answered is sent again")
        if later := self.journal.contradicted:
            damage.append(f"{later:,} requests have another answer later in the journal; the first one counts")
        return stopping + damage + teachers

    def _stopping(self) -> str:
        waited, again = time.monotonic() - self.stop.set_at, ""
        if isinstance(self.stop.reason, Interrupted):
            again = "; press Ctrl-C again to quit now"
        return f"stopping: {waited:.0f} s, {self.in_flight} requests in flight{again}"

    def share_rates(self, share: float) -> None:
        """Use this share of all declared rates from now on; other processes use the rest."""
        self._rate_share = share
        for endpoint in (each for pool in self._pools.values() for each in pool.endpoints):
            endpoint.share_rates(share)

    async def close(self) -> None:
        """Close every endpoint."""
        for pool in self._pools.values():
            await pool.close()

    def _count_unusable(self, question: Question, failed: AskFailed) -> None:
        stopped = self.failure_limit.add_unusable(question.role, question.who.name, failed)
        if stopped is not None:
            self.stop.set(stopped)
            raise stopped

    def _postponed(self, reason: Exception) -> Exception:
        if isinstance(reason, Postponed):
            self.requests.pending += 1
        else:
            self.requests.failed += 1
        return reason

    async def _send(self, question: Question) -> Completion:
        """Get an answer from the teacher and journal it before anything reads it."""
        try:
            completion = await self._send_with_retries(question)
        except (TeacherUnavailable, BadCompletion) as error:
            self.stop.check()
            raise self._failed(question, error) from None
        except TeacherError as error:
            self.stop.set(error)
            raise
        self.journal.add_context(question.context, question.facts)
        self.journal.add_answer(question.digest, completion.record(), question.record())
        self._unjudged.add(question.digest)
        self.requests.sent += 1
        self.sent_tokens += completion.output_tokens
        self._consecutive_failures = 0
        return completion

    async def _send_with_retries(self, question: Question) -> Completion:
        """Send a request until it is answered, each time from the end of the queue; deadlines count from sending."""
        pool, request = self._pool(question.who), question.request()
        delays = iter(BACKOFF)
        while True:
            slot = await pool.acquire()
            try:
                if (wait := slot.endpoint.reserve(request)) > 0:
                    await self.stop.sleep(wait)
                self.stop.check()  # the last moment before the request may cost money
                return await self.budget.send(question.who.name, request, slot.send)
            except TeacherUnavailable as error:
                delay = self._retry_delay(error, delays)
            finally:
                pool.release(slot)
            await self.stop.sleep(delay)

    def _retry_delay(self, error: TeacherUnavailable, delays: Iterator[float]) -> float:
        """Seconds before a request joins the queue again; raises the error once its retries are used up."""
        if not isinstance(error, TeacherBusy):
            if (delay := next(delays, None)) is None:
                raise error
            return delay * random.uniform(0.5, 1)
        if (wait := error.retry_after or 0.0) > MAX_RETRY_AFTER:
            self.stop.set(error)
            raise error
        return max(wait, BUSY_DELAY * random.uniform(0.5, 1))

    def _pool(self, who: Answerer) -> Pool:
        if (pool := self._pools.get(who.name)) is None:
            pool = self._pools[who.name] = Pool(who.teacher, self.stop)
            self.share_rates(self._rate_share)
        return pool

    def _failed(self, question: Question, error: TeacherError) -> Exception:
        """Count and journal a request without an answer; too many stop the run.

        Only a teacher that answered others is trusted to say that it cannot answer this one.
        """
        answered = self.requests.sent or self.requests.cached
        reason = CANNOT if answered and isinstance(error, BadCompletion) else UNAVAILABLE
        self._consecutive_failures += reason == UNAVAILABLE
        self.requests.failed += 1
        self.journal.add_failure(question.digest, reason, str(error))
        failed = AskFailed(reason, str(error), question.digest)
        if self._consecutive_failures < MAX_CONSECUTIVE_FAILURES:
            self._count_unusable(question, failed)
            return failed
        stopped = TeacherUnavailable(
            f"no answer to {MAX_CONSECUTIVE_FAILURES} requests in a row; earlier answers are kept",
            got=error.brief,
            hint="run the same command again when the teacher can answer: it resumes where it stopped",
        )
        self.stop.set(stopped)
        return stopped
