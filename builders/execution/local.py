"""The asking of a run, round by round, with a progress report. Answers arrive in any order and are only journaled."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...schemas.errors import PlurisetError
from ...schemas.progress import Status, Watch
from ...schemas.rows.reject import Reject
from ...schemas.usage import usd
from ..asking.engine import Engine, Postponed
from ..dispatch.stop import stop_on_ctrl_c
from .resolve import ResolvedRecipe
from .rounds import Round, rounds
from .seed import rows_of

HEARTBEAT = 0.5
"""Seconds between two progress reports, and between two syncs of the journal."""


@dataclass
class Asking:
    """Asks everything that the journal does not answer yet."""

    crew: ResolvedRecipe
    engine: Engine
    folder: Path
    """The run, as the user knows it."""
    seeds: int
    watch: Watch
    _done: int = 0
    _rejected: int = 0
    _rejects: Counter[str] = field(default_factory=Counter)
    _postponed: bool = False
    _failed_before: frozenset[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self._failed_before = frozenset(self.engine.journal.failures)

    async def run(self) -> None:
        """Ask. Raises `Interrupted` and every `TeacherError`; earlier answers are kept."""
        with stop_on_ctrl_c(self.engine.stop, self.folder):
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
        self.engine.stop.check()

    async def _rounds(self) -> None:
        """Ask round by round, until one is not answered to its end."""
        for one in rounds(self.crew, self._failed_before, self.folder):
            await self._round(one)
            if self._postponed or self.engine.stop.reason:
                return

    async def _round(self, asked: Round) -> None:
        """Ask about all seeds of a round at once."""
        numbered = enumerate(asked.seeds)

        async def work() -> None:
            for number, seed in numbered:
                if self.engine.stop.reason:
                    return
                with self._stop_on_error():
                    rows, missing = await rows_of(self.crew.family, self.engine, seed, asked.seen)
                    asked.take(number, rows, missing)
                    self._count(missing)

        await _together(work() for _ in range(self.crew.window()))

    @contextmanager
    def _stop_on_error(self) -> Iterator[None]:
        """An error stops the run, not the seeds in flight."""
        try:
            yield
        except Postponed:
            self._postponed = True
        except PlurisetError as error:
            self.engine.stop.set(error)

    def _count(self, missing: Sequence[Reject]) -> None:
        self._done += 1
        self._rejects.update(reject.reason for reject in missing)
        self._rejected += any(reject.level == "seed" for reject in missing)

    async def _beat(self) -> None:
        """Report progress and sync the journal until cancelled; an error stops the run."""
        try:
            while True:
                self.watch(self._status())
                await asyncio.sleep(HEARTBEAT)
                await asyncio.to_thread(self.engine.journal.sync)
        except PlurisetError as error:
            self.engine.stop.set(error)

    def _status(self) -> Status:
        requests = self.engine.requests
        return Status(
            seeds_done=self._done,
            seeds=self.seeds,
            requests=requests.total,
            cached=requests.cached,
            sent=requests.sent,
            failed=requests.failed,
            pending=requests.pending,
            in_flight=self.engine.in_flight,
            rejected=self._rejected,
            rejects=self._rejects,
            spent=self.engine.spending,
            usd=usd(self.engine.spending, self.crew.recipe.prices),
            sent_tokens=self.engine.sent_tokens,
            messages=tuple(self.engine.status_messages()),
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
