"""The asking of a run: about all seeds at once, or round by round, with a word on how far it is.

What is asked arrives in any order and is thrown away once it is journaled.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from ..schemas.errors import PlurisetError, TeacherUnavailable
from ..schemas.row import Row
from ..schemas.rows.candidate import NAME as CANDIDATES
from ..schemas.rows.reject import Reject
from .crew import Crew
from .diversity import Earlier
from .engine import UNAVAILABLE, Engine, Postponed
from .halt import stoppable
from .seed_rows import rows_of
from .source import BadSeed, Seed
from .spending import Spending, usd

SENT = 0.2
"""Seconds in which the first requests are on their way."""
HEARTBEAT = 0.5
"""Seconds between two looks at the progress, and between two syncs of the journal."""


@dataclass(frozen=True, slots=True)
class Status:
    """How far a run is."""

    seeds_done: int
    seeds: int
    asked: int
    replayed: int
    paid: int
    failed: int
    in_flight: int
    rejected: int
    rejects: Mapping[str, int]
    """Reason -> seeds, asks and rows that are missing for it so far."""
    spent: Spending
    """Answers and tokens of everything that was answered so far."""
    usd: float | None
    """What that cost; null where a teacher has no declared price."""
    paid_tokens: int
    """Tokens of the answers that were paid for just now."""
    says: tuple[str, ...] = ()
    """What the user must know of the teachers now: pauses, and limits that fell."""


Watch = Callable[[Status], None]


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
    _lost: list[Reject] = field(default_factory=list)
    """What the rows of a round miss for want of their teacher, for the first time."""

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
        """Ask about all seeds at once, or round by round; a round waits for the rows of the ones before."""
        seeds, size, earlier = self.crew.seeds(), self.crew.family.round(), Earlier(self.crew.family)
        if size is None:
            return await self._round(seeds, ())
        while (some := list(islice(seeds, size))) and not self._waits():
            made: dict[int, list[Row]] = {}
            await self._round(some, earlier.seen, made)
            for number in range(len(some)):
                earlier.add(made.get(number, []))
        return None

    async def _round(
        self, seeds: Iterable[Seed | BadSeed], seen: Sequence[str], made: dict[int, list[Row]] | None = None
    ) -> None:
        """Ask about some seeds, all at once; into `made` go their rows, by their numbers."""
        numbered = enumerate(seeds)

        async def work() -> None:
            for number, seed in numbered:
                if self.engine.halt.reason:
                    return
                with self._kept_going():
                    rows, missing = await rows_of(self.crew.family, self.engine, seed, seen)
                    self._count(missing)
                    if made is not None:
                        made[number] = rows
                        self._lost += filter(self._lacks, missing)

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

    def _waits(self) -> bool:
        """Whether no round can begin, as what the next one is shown is not complete."""
        if self._lost:
            self.engine.halt.set(
                TeacherUnavailable(
                    "a round lacks answers, and the rounds after it rest on them; everything answered is kept",
                    where=str(self.folder),
                    got=f"asks without an answer: {len(self._lost)}; {self._lost[0].detail}",
                    hint="run the same command again: it asks for them once more, then goes on with or without them",
                )
            )
        return self._postponed or self.engine.halt.reason is not None

    def _lacks(self, missing: Reject) -> bool:
        """Whether this can come back and change what later rounds are shown."""
        digest = bytes.fromhex(missing.digest or "")
        return missing.reason == UNAVAILABLE and digest not in self._failed_before and not _judges_only(missing)

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
            asked=asks["asked"],
            replayed=asks["replayed"],
            paid=asks["paid"],
            failed=asks["failed"],
            in_flight=self.engine.in_flight,
            rejected=self._rejected,
            rejects=self._rejects,
            spent=self.engine.spending,
            usd=usd(self.engine.spending, self.crew.recipe.prices),
            paid_tokens=self.engine.paid_tokens,
            says=tuple(self.engine.says()),
        )


def _judges_only(missing: Reject) -> bool:
    """Whether it is a judgement that no row rests on: those of candidates say which one is taken."""
    return missing.table == "annotations" and from_json(missing.key)[0] != CANDIDATES


async def _together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Wait for all; the first error stops the others and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except BaseExceptionGroup as errors:
        known = [error for error in errors.exceptions if isinstance(error, PlurisetError)]
        raise (known or errors.exceptions)[0] from None
