"""One address of a teacher: how much it is sent, at which pace, and whether it is left alone for a while."""

from __future__ import annotations

import time
from typing import NamedTuple

from ...schemas.errors import TeacherBusy, TeacherError, TeacherTimeout, TeacherUnavailable
from ...schemas.request import Completion, Request
from ..teachers import Teacher
from .circuit_breaker import Breaker
from .concurrency import Limit
from .rate_limit import Pace

CHARACTERS_PER_TOKEN = 4
"""A rule of thumb for English, where no tokenizer is asked, and until the endpoint says what it counted."""
KEEP_BUSY, KEEP_LATE = 0.75, 0.5
"""What is left of the limit after refusals, which come at once, and after missed deadlines, which take long."""


class Place(NamedTuple):
    """A place at an endpoint, and the epoch in which it was taken: a new one begins with each decrease and pause."""

    endpoint: Endpoint
    epoch: int

    async def send(self, request: Request) -> Completion:
        """Have a request answered. Raises every `TeacherError`."""
        return await self.endpoint.send(request, self.epoch)


class Endpoint:
    """Sends requests to one address and learns from what comes back."""

    def __init__(self, teacher: Teacher) -> None:
        self.teacher = teacher
        self.limit, self.breaker = Limit(teacher.concurrency), Breaker()
        self.in_flight = 0
        self.trouble: TeacherUnavailable | None = None
        """The last failure, if nothing was answered since."""
        self._paced = any(teacher.per_minute())
        self._requests, self._tokens = map(Pace, teacher.per_minute())
        self._epoch = self._sent = 0
        self._asked = 0.0
        """When the endpoint wants to be asked again, by the monotonic clock."""

    @property
    def resumes(self) -> float:
        """When it may be sent something again, by the monotonic clock."""
        return max(self._asked, self.breaker.until)

    def load(self) -> float:
        """Share of its places that are taken; 1 and more if it may be sent nothing now."""
        if self.breaker.open:  # one request tells whether it is back; older ones may hang still
            return 1.0 if self.breaker.lost or self._sent or time.monotonic() < self.resumes else 0.0
        if self._asked and time.monotonic() < self._asked:
            return 1.0
        return self.in_flight / self.limit.now

    def take(self) -> Place:
        """Take one of its places."""
        self.in_flight += 1
        self._sent += 1
        return Place(self, self._epoch)

    def book(self, request: Request) -> float:
        """Seconds until its declared pace allows this request."""
        if not self._paced:
            return 0.0
        now = time.monotonic()
        return max(self._requests.take(now), self._tokens.take(now, _tokens(request)))

    async def send(self, request: Request, epoch: int) -> Completion:
        """Have a request answered by whoever took a place in this epoch. Raises every `TeacherError`."""
        try:
            completion = await self.teacher.complete(request)
        except TeacherUnavailable as error:
            # Whoever took a place before the last decrease or pause learns nothing about what holds now.
            if epoch == self._epoch:
                self._failed(error)
            raise
        except TeacherError:
            self._held()
            raise
        self._held()
        if self._paced and completion.input_tokens:  # else nobody counted, and what was booked stays
            self._tokens.give_back(_tokens(request) - completion.input_tokens - completion.output_tokens)
        return completion

    def says(self) -> str | None:
        """What the user must know of it: a pause, or a limit below what the recipe allows."""
        left = self.resumes - time.monotonic()
        if self.trouble and (left > 0 or self.breaker.open):
            return f"paused for {max(left, 0):.0f} s: {self.trouble.brief}"
        if self.limit.now < self.limit.most:
            return f"at most {self.limit.now} of {self.limit.most} at once"
        return None

    def _held(self) -> None:
        self.limit.held(full=self.in_flight >= self.limit.now)
        self.breaker.answered()
        self.trouble = None

    def _failed(self, error: TeacherUnavailable) -> None:
        self.trouble = error
        busy, late = isinstance(error, TeacherBusy), isinstance(error, TeacherTimeout)
        if not (busy or late):
            self.limit.held(full=False)
        now = time.monotonic()
        if (busy or late) and self.limit.refused(KEEP_BUSY if busy else KEEP_LATE, self.in_flight):
            self.breaker.eased()
            wait = error.retry_after if isinstance(error, TeacherBusy) else None
            self._asked = now + wait if wait else 0.0
        elif not self.breaker.failed(now, self.limit.now):
            return
        self._epoch, self._sent = self._epoch + 1, 0


def _tokens(request: Request) -> int:
    """Tokens that a request can use: those of the prompt, estimated, and the most of its answer."""
    return sum(len(m.content) for m in request.messages) // CHARACTERS_PER_TOKEN + request.max_tokens
