"""The endpoints of one teacher, and the line of asks that wait for a place: first come first served."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from ...schemas.errors import TeacherUnavailable
from ..teachers import Teacher
from .endpoint import Endpoint, Place
from .stop import Halt


class Pool:
    """Gives places at the endpoints of a teacher."""

    def __init__(self, teacher: Teacher, halt: Halt) -> None:
        self.endpoints = [Endpoint(one) for one in teacher.endpoints()]
        self.halt = halt
        self._waiting: deque[asyncio.Future[Place]] = deque()
        self._woken: dict[Endpoint, float] = {}
        """Endpoint -> the end of its pause for which a timer is set."""
        halt.on_set(self._serve)

    @property
    def in_flight(self) -> int:
        """Requests that are sent and not answered."""
        return sum(endpoint.in_flight for endpoint in self.endpoints)

    async def place(self) -> Place:
        """Wait for a place, and take it; `leave` must follow. Raises why the run stops, if it does."""
        self.halt.check()
        if not self._waiting and (endpoint := self._free()) is not None:
            return endpoint.take()
        waiter: asyncio.Future[Place] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._serve()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.leave(waiter.result())
            raise

    def leave(self, place: Place) -> None:
        """Give a place back."""
        place.endpoint.in_flight -= 1
        if all(one.breaker.lost for one in self.endpoints):
            self.halt.set(_silent(place.endpoint))
        self._serve()

    async def close(self) -> None:
        """Let go of every endpoint."""
        for endpoint in self.endpoints:
            await endpoint.teacher.close()

    def says(self) -> list[str]:
        """What the user must know of the endpoints."""
        return [said for endpoint in self.endpoints if (said := endpoint.says())]

    def _free(self) -> Endpoint | None:
        """The least loaded endpoint, if it has a place."""
        least = min(self.endpoints, key=Endpoint.load)
        return least if least.load() < 1 else None

    def _serve(self) -> None:
        """Give the free places to those who wait longest; when the run stops, tell everybody."""
        free = None
        while self._waiting and (self.halt.reason or (free := self._free())):
            waiter = self._waiting.popleft()
            if waiter.done():
                continue
            if free is None:
                waiter.set_exception(self.halt.reason or asyncio.CancelledError())
            else:
                waiter.set_result(free.take())
        for endpoint in self.endpoints if self._waiting else []:
            if (resumes := endpoint.resumes) > time.monotonic() and self._woken.get(endpoint) != resumes:
                self._woken[endpoint] = resumes
                asyncio.get_running_loop().call_later(resumes - time.monotonic(), self._serve)


def _silent(endpoint: Endpoint) -> TeacherUnavailable:
    error = endpoint.trouble
    return TeacherUnavailable(
        f"no answer for a long time, after {endpoint.breaker.pauses} pauses; everything answered before is kept",
        where=error.where if error else None,
        got=error.brief if error else None,
        hint="run the same command again when the teacher can answer: it goes on from here",
    )
