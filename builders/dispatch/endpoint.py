"""One address of a teacher: its concurrency, its rate limits, and whether it is paused."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...schemas.errors import TeacherBusy, TeacherError, TeacherTimeout, TeacherUnavailable
from ...schemas.request import Completion, Request
from ..teachers import Teacher
from .circuit_breaker import CircuitBreaker
from .concurrency import ConcurrencyLimit
from .pacing import Pacer

CHARACTERS_PER_TOKEN = 4
"""A rule of thumb for English, used until the endpoint reports its own count."""
KEEP_BUSY, KEEP_LATE = 0.75, 0.5
"""Share of the concurrency that is left after refusals, which come at once, and after missed deadlines, which take
long."""


class Slot(NamedTuple):
    """Permission to send one request, and the epoch it belongs to: each decrease and each pause begins a new one."""

    endpoint: Endpoint
    epoch: int

    async def send(self, request: Request) -> Completion:
        """Send a request. Raises every `TeacherError`."""
        return await self.endpoint.send(request, self.epoch)


class Endpoint:
    """Sends requests to one address and adapts to its responses. `clock` returns seconds that never go back."""

    def __init__(self, teacher: Teacher, clock: Callable[[], float]) -> None:
        self.teacher, self._clock = teacher, clock
        self.concurrency, self.breaker = ConcurrencyLimit(teacher.concurrency), CircuitBreaker()
        self.in_flight = 0
        self.last_failure: TeacherUnavailable | None = None
        """Why the last request failed; None once one succeeds."""
        self._rate_limited = any(teacher.per_minute())
        self._requests, self._tokens = map(Pacer, teacher.per_minute())
        self._epoch = self._sent_in_epoch = 0
        self._retry_at = 0.0

    @property
    def resumes_at(self) -> float:
        """When it may be sent requests again."""
        return max(self._retry_at, self.breaker.paused_until)

    def utilisation(self) -> float:
        """Share of its concurrency in use; 1 or more if it may be sent nothing now."""
        if self.breaker.open:  # one request probes whether it is back; older ones may still hang
            probing = self.breaker.given_up or self._sent_in_epoch or self._clock() < self.resumes_at
            return 1.0 if probing else 0.0
        if self._retry_at and self._clock() < self._retry_at:
            return 1.0
        return self.in_flight / self.concurrency.current

    def acquire(self) -> Slot:
        """Take a slot, which `Pool.release` must return."""
        self.in_flight += 1
        self._sent_in_epoch += 1
        return Slot(self, self._epoch)

    def reserve(self, request: Request) -> float:
        """Count a request against the declared rates; returns the seconds to wait before sending it."""
        if not self._rate_limited:
            return 0.0
        now = self._clock()
        return max(self._requests.reserve(now), self._tokens.reserve(now, _estimated_tokens(request)))

    def share_rates(self, share: float) -> None:
        """Use this share of the declared rates from now on."""
        self._requests.share = self._tokens.share = share

    async def send(self, request: Request, epoch: int) -> Completion:
        """Send a request with a slot of this epoch. Raises every `TeacherError`."""
        try:
            completion = await self.teacher.complete(request)
        except TeacherUnavailable as error:
            # A request from before the last decrease or pause says nothing about the state now.
            if epoch == self._epoch:
                self._on_unavailable(error)
            raise
        except TeacherError:
            self._on_answer()
            raise
        self._on_answer()
        if self._rate_limited and completion.input_tokens:  # without a count the reservation stands
            used = completion.input_tokens + completion.output_tokens
            self._tokens.refund(_estimated_tokens(request) - used)
        return completion

    def status_message(self) -> str | None:
        """What the user should know: a pause, or a concurrency below the recipe's."""
        remaining = self.resumes_at - self._clock()
        if self.last_failure and (remaining > 0 or self.breaker.open):
            return f"paused for {max(remaining, 0):.0f} s: {self.last_failure.brief}"
        if self.concurrency.current < self.concurrency.maximum:
            return f"at most {self.concurrency.current} of {self.concurrency.maximum} at once"
        return None

    def _on_answer(self) -> None:
        self.concurrency.on_success(saturated=self.in_flight >= self.concurrency.current)
        self.breaker.on_answer()
        self.last_failure = None

    def _on_unavailable(self, error: TeacherUnavailable) -> None:
        """Lower the concurrency after overload, or pause after a streak of failures; either begins a new epoch."""
        self.last_failure = error
        busy = isinstance(error, TeacherBusy)
        overload = busy or isinstance(error, TeacherTimeout)
        if not overload:
            self.concurrency.on_success(saturated=False)
        now = self._clock()
        if overload and self.concurrency.on_overload(KEEP_BUSY if busy else KEEP_LATE, self.in_flight):
            self.breaker.reset_streak()
            wait = error.retry_after if isinstance(error, TeacherBusy) else None
            self._retry_at = now + wait if wait else 0.0
        elif not self.breaker.on_failure(now, self.concurrency.current):
            return
        self._epoch, self._sent_in_epoch = self._epoch + 1, 0


def _estimated_tokens(request: Request) -> int:
    """The most tokens a request can use: those of the prompt, estimated, and the longest answer."""
    return sum(len(m.content) for m in request.messages) // CHARACTERS_PER_TOKEN + request.max_tokens
