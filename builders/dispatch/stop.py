"""Stopping a run in order: nothing new is sent, and requests in flight finish and are journaled."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...schemas.errors import Interrupted, PlurisetError

SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""Signals that stop a run in order."""


class StopSignal:
    """Whether and why a run sends no more requests: Ctrl-C, a spent budget, a teacher that refuses us."""

    def __init__(self) -> None:
        self.reason: PlurisetError | None = None
        self.set_at = 0.0
        """When it was set, by `time.monotonic`."""
        self._callbacks: list[Callable[[], None]] = []
        self._sleepers: set[asyncio.Future[None]] = set()

    def set(self, reason: PlurisetError) -> None:
        """Stop, and wake everything that waits; the first reason counts."""
        if self.reason is None:
            self.reason, self.set_at = reason, time.monotonic()
            for sleeper in self._sleepers:
                _wake(sleeper)
            for callback in self._callbacks:
                callback()

    def check(self) -> None:
        """Raise the reason, if there is one."""
        if self.reason is not None:
            raise self.reason

    def on_set(self, callback: Callable[[], None]) -> None:
        """Call this when the run stops."""
        self._callbacks.append(callback)

    async def sleep(self, seconds: float) -> None:
        """Wait. Raises the reason as soon as there is one."""
        self.check()
        loop = asyncio.get_running_loop()
        sleeper: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _wake, sleeper)
        self._sleepers.add(sleeper)
        try:
            await sleeper
        finally:
            timer.cancel()
            self._sleepers.discard(sleeper)
        self.check()


@contextmanager
def stop_on_ctrl_c(stop: StopSignal, folder: Path) -> Iterator[None]:
    """The first Ctrl-C stops the run in order, the second interrupts it; outside the main thread neither is handled.

    SIGTERM, which schedulers send before they take a machine away, is handled as Ctrl-C is.
    """
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        stop.set(
            Interrupted(
                "stopped; earlier answers are kept",
                where=str(folder),
                hint="run the same command again: it resumes where it stopped",
            )
        )
        for number in SIGNALS:
            loop.remove_signal_handler(number)

    unsupported = (ValueError, NotImplementedError, RuntimeError)  # another thread, or Windows
    with suppress(*unsupported):
        for number in SIGNALS:
            loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        with suppress(*unsupported):
            for number in SIGNALS:
                loop.remove_signal_handler(number)


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
