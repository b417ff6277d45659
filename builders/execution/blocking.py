"""Running a coroutine from synchronous code, also inside a running event loop such as that of a notebook."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from ...schemas.errors import Interrupted
from ..dispatch.stop import StopSignal

R = TypeVar("R")


def run_blocking(work: Coroutine[Any, Any, R], stop: StopSignal | None = None) -> R:
    """The result of a coroutine, in a thread of its own where this one already runs an event loop.

    Ctrl-C, or the interrupt of a notebook, then sets `stop` and waits for requests in flight.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    loop = asyncio.new_event_loop()

    def run() -> R:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(work)

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(copy_context().run, run)
        try:
            return future.result()
        except KeyboardInterrupt:
            if stop is None:
                raise
            hint = "run the same command again: it resumes where it stopped"
            loop.call_soon_threadsafe(stop.set, Interrupted("stopped; earlier answers are kept", hint=hint))
            return future.result()
