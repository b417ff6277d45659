"""The endpoints of one teacher, and the queue of requests that wait for a slot: first in, first out."""

from __future__ import annotations

import asyncio
from collections import deque

from ...schemas.errors import TeacherUnavailable
from ..teachers import Teacher
from .endpoint import Endpoint, Slot
from .stop import StopSignal


class Pool:
    """Hands out slots at the endpoints of a teacher. It is created in the event loop, whose clock it uses."""

    def __init__(self, teacher: Teacher, stop: StopSignal) -> None:
        self._clock = asyncio.get_running_loop().time
        self.endpoints = [Endpoint(one, self._clock) for one in teacher.endpoints()]
        self.stop = stop
        self._waiting: deque[asyncio.Future[Slot]] = deque()
        self._timers: dict[Endpoint, float] = {}
        """Endpoint -> the end of its pause for which a timer is set."""
        stop.on_set(self._serve)

    @property
    def in_flight(self) -> int:
        """Requests that are sent and not answered."""
        return sum(endpoint.in_flight for endpoint in self.endpoints)

    async def acquire(self) -> Slot:
        """Wait for a slot; `release` must follow. Raises the reason as soon as the run stops."""
        self.stop.check()
        if not self._waiting and (endpoint := self._free()) is not None:
            return endpoint.acquire()
        waiter: asyncio.Future[Slot] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._serve()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.release(waiter.result())
            raise

    def release(self, slot: Slot) -> None:
        """Return a slot."""
        slot.endpoint.in_flight -= 1
        if all(endpoint.breaker.given_up for endpoint in self.endpoints):
            error = slot.endpoint.last_failure
            self.stop.set(
                TeacherUnavailable(
                    f"no answer for a long time, after {slot.endpoint.breaker.pauses} pauses; earlier answers are kept",
                    where=error.where if error else None,
                    got=error.brief if error else None,
                    hint="run the same command again when the teacher can answer: it resumes where it stopped",
                )
            )
        self._serve()

    async def close(self) -> None:
        """Close every endpoint."""
        for endpoint in self.endpoints:
            await endpoint.teacher.close()

    def status_messages(self) -> list[str]:
        """What the user should know of the endpoints."""
        return [message for endpoint in self.endpoints if (message := endpoint.status_message())]

    def _free(self) -> Endpoint | None:
        """The least used endpoint, if it has a free slot."""
        least = min(self.endpoints, key=Endpoint.utilisation)
        return least if least.utilisation() < 1 else None

    def _serve(self) -> None:
        """Give free slots to those who wait longest; once the run stops, raise its reason in all of them."""
        free = None
        while self._waiting and (self.stop.reason or (free := self._free())):
            waiter = self._waiting.popleft()
            if waiter.done():
                continue
            if free is None:
                waiter.set_exception(self.stop.reason or asyncio.CancelledError())
            else:
                waiter.set_result(free.acquire())
        for endpoint in self.endpoints if self._waiting else []:
            if (resumes := endpoint.resumes_at) > self._clock() and self._timers.get(endpoint) != resumes:
                self._timers[endpoint] = resumes
                asyncio.get_running_loop().call_at(resumes, self._serve)
