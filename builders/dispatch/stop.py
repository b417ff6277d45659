"""The end of asking: nothing new is sent, and what is in flight finishes and is written down."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...schemas.errors import Interrupted, PlurisetError


class Halt:
    """Whether and why a run takes no new calls: Ctrl-C, a spent budget, a teacher that refuses us."""

    def __init__(self) -> None:
        self.reason: PlurisetError | None = None
        self._wakes: list[Callable[[], None]] = []
        self._naps: set[asyncio.Future[None]] = set()

    def set(self, reason: PlurisetError) -> None:
        """Stop, and wake everybody who waits; the first reason counts."""
        if self.reason is None:
            self.reason = reason
            for nap in self._naps:
                _end(nap)
            for wake in self._wakes:
                wake()

    def check(self) -> None:
        """Raise the reason, if there is one."""
        if self.reason is not None:
            raise self.reason

    def on_set(self, wake: Callable[[], None]) -> None:
        """Call this when it is set."""
        self._wakes.append(wake)

    async def sleep(self, seconds: float) -> None:
        """Wait. Raises the reason as soon as there is one."""
        self.check()
        loop = asyncio.get_running_loop()
        nap: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _end, nap)
        self._naps.add(nap)
        try:
            await nap
        finally:
            timer.cancel()
            self._naps.discard(nap)
        self.check()


@contextmanager
def stoppable(halt: Halt, folder: Path) -> Iterator[None]:
    """The first Ctrl-C lets asks in flight finish; the second is the usual one."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        halt.set(
            Interrupted(
                "stopped; everything answered so far is kept",
                where=str(folder),
                hint="run the same command again: it goes on from here",
            )
        )
        loop.remove_signal_handler(signal.SIGINT)

    with suppress(ValueError, NotImplementedError, RuntimeError):  # not in the main thread
        loop.add_signal_handler(signal.SIGINT, stop)
    try:
        yield
    finally:
        with suppress(ValueError, NotImplementedError, RuntimeError):
            loop.remove_signal_handler(signal.SIGINT)


def _end(nap: asyncio.Future[None]) -> None:
    if not nap.done():
        nap.set_result(None)
