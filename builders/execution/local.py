"""The asking of a run, round by round, with a word on how far it is.

What is asked arrives in any order and is thrown away once it is journaled.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...schemas.errors import PlurisetError
from ...schemas.progress import Status, Watch
from ...schemas.rows.reject import Reject
from ...schemas.usage import usd
from ..asking.engine import Engine, Postponed
from ..dispatch.stop import stoppable
from .resolve import Crew
from .rounds import Round, rounds
from .seed import rows_of

SENT = 0.2
"""Seconds in which the first requests are on their way."""
HEARTBEAT = 0.5
"""Seconds between two looks at the progress, and between two syncs of the journal."""


@dataclass
class Asking:
    """Asks everything that the journal does not answer yet."""

    crew: Crew
    engine: Engine
    folder: Path
    """The run, as the user knows it."""
    seeds: int
    watch: Watch
    meanwhile: Callable[[], None]
    """What is done in a thread while the first answers are on their way."""
    _done: int = 0
    _rejected: int = 0
    _rejects: Counter[str] = field(default_factory=Counter)
    _postponed: bool = False
    _failed_before: frozenset[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self._failed_before = frozenset(self.engine.journal.failures)

    async def run(self) -> None:
        """Ask. Raises `Interrupted` and every `TeacherError`; everything answered before is kept."""
        with stoppable(self.engine.halt, self.folder):
            heart = asyncio.create_task(self._beat())
            try:
                await self._rounds()
            finally:
                heart.cancel()
                try:
                    with suppress(asyncio.CancelledError):
                        await heart
                finally:
                    await self.engine.close()
                    self.watch(self._status())
        self.engine.halt.check()

    async def _rounds(self) -> None:
        """Ask round by round, until one is not answered to its end."""
        for one in rounds(self.crew, self._failed_before, self.folder):
            await self._round(one)
            if self._postponed or self.engine.halt.reason:
                return

    async def _round(self, asked: Round) -> None:
        """Ask about all seeds of a round at once."""
        numbered = enumerate(asked.seeds)

        async def work() -> None:
            for number, seed in numbered:
                if self.engine.halt.reason:
                    return
                with self._kept_going():
                    rows, missing = await rows_of(self.crew.family, self.engine, seed, asked.seen)
                    asked.take(number, rows, missing)
                    self._count(missing)

        await _together(work() for _ in range(self.crew.window()))

    @contextmanager
    def _kept_going(self) -> Iterator[None]:
        """What stops the run stops no other seed: what is in flight still counts."""
        try:
            yield
        except Postponed:
            self._postponed = True
        except PlurisetError as error:
            self.engine.halt.set(error)

    def _count(self, missing: Sequence[Reject]) -> None:
        self._done += 1
        self._rejects.update(reject.reason for reject in missing)
        self._rejected += any(reject.level == "seed" for reject in missing)

    async def _beat(self) -> None:
        """Until it is cancelled: say how far the run is, and sync the journal; an error stops the run."""
        try:
            await asyncio.sleep(SENT)
            with suppress(Exception):  # done only to be early: what is wrong is met again in its place
                await asyncio.to_thread(self.meanwhile)
            while True:
                self.watch(self._status())
                await asyncio.sleep(HEARTBEAT)
                await asyncio.to_thread(self.engine.journal.sync)
        except PlurisetError as error:
            self.engine.halt.set(error)

    def _status(self) -> Status:
        asks = self.engine.asks
        return Status(
            seeds_done=self._done,
            seeds=self.seeds,
            asked=asks.asked,
            replayed=asks.replayed,
            paid=asks.paid,
            failed=asks.failed,
            in_flight=self.engine.in_flight,
            rejected=self._rejected,
            rejects=self._rejects,
            spent=self.engine.spending,
            usd=usd(self.engine.spending, self.crew.recipe.prices),
            paid_tokens=self.engine.paid_tokens,
            says=tuple(self.engine.says()),
        )


async def _together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Wait for all; the first error stops the others and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except BaseExceptionGroup as errors:
        known = [error for error in errors.exceptions if isinstance(error, PlurisetError)]
        raise (known or errors.exceptions)[0] from None
