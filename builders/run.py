"""A run: ask about every seed, then make the rows again from the journal, in order, and only from there.

What is asked arrives in any order and is thrown away once it is journaled. The rows are made by a replay of the
closed journal in seed order, so that the same recipe and journal give the same bytes, however often the run was
interrupted on the way.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from ..schemas.errors import PlurisetError, TeacherUnavailable
from ..schemas.recipe import Price, Recipe
from ..schemas.row import Row
from ..schemas.rows.reject import Reject
from . import folder as run_folder
from .ask import Ask
from .crew import Crew, assemble
from .diversity import Earlier
from .engine import UNAVAILABLE, AskFailed, Engine, Postponed, Spent
from .halt import stoppable
from .journal import Journal
from .source import BadSeed, Seed

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
    spent: Mapping[tuple[str, str], Spent]
    """(role, teacher) -> answers and tokens of everything that was answered so far."""
    usd: float | None
    """What that cost; null where a teacher has no declared price."""
    paid_tokens: int
    """Tokens of the answers that were paid for just now."""
    says: tuple[str, ...] = ()
    """What the user must know of the teachers now: pauses, and limits that fell."""


Watch = Callable[[Status], None]
R = TypeVar("R")


@dataclass
class Run:
    """A run that is held open: ask, then replay. Make it with `opened`."""

    folder: Path
    building: Path
    crew: Crew
    journal: Journal
    engine: Engine = field(init=False)
    meanwhile: Callable[[], None] = lambda: None
    """What is done in a thread while the first answers are on their way."""
    spending: Mapping[tuple[str, str], Spent] = field(default_factory=dict)
    seeds_total: int = 0
    _done: int = 0
    _rejected: int = 0
    _postponed: bool = False
    _failed_before: frozenset[bytes] = frozenset()
    _lost: list[Reject] = field(default_factory=list)
    """What the rows of a round miss for want of their teacher, for the first time."""
    _rejects: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        recipe = self.crew.recipe
        self.engine = Engine(self.journal, self.crew.answerers, limit=recipe.budget, prices=recipe.prices)

    def ask(self, watch: Watch | None = None) -> None:
        """Ask everything that the journal does not answer yet. Raises `Interrupted` and every `TeacherError`."""
        self.seeds_total = sum(1 for _ in self.crew.seeds())
        self.engine.budget.count(self.journal)
        self._failed_before = frozenset(self.journal.failures)
        try:
            asyncio.run(self._ask(watch or _unwatched))
        finally:
            self.journal.sync()

    def retry(self, rejects: Path) -> None:
        """Forget the answers that led to the rejects of the last build, so that they are asked for again.

        What was forgotten since that build is not forgotten again, if it takes several goes to finish the next.
        """
        if not rejects.exists():
            return
        import pyarrow.parquet as pq

        asked = pq.read_table(rejects, columns=["digest", "reason"]).to_pylist()
        reasons = {bytes.fromhex(row["digest"]): row["reason"] for row in asked if row["digest"]}
        for digest in reasons.keys() - self.journal.voided:
            self.journal.add_void(digest, reasons[digest])

    def replay(self, rejects: Callable[[Reject], None]) -> Iterator[list[Row]]:
        """The rows of every seed in order, from the journal alone; what is missing goes to `rejects`."""
        engine, earlier = Engine(self.journal, self.crew.answerers, live=False), Earlier(self.crew.family)
        for seed in self.crew.seeds():
            rows, missing = finished(self.one(engine, seed, earlier.seen))
            earlier.add(rows)
            engine.halt.check()
            for reject in missing:
                rejects(reject)
            yield rows
        self.spending = engine.spending

    def status(self) -> Status:
        """How far the asking is."""
        asks = self.engine.asks
        return Status(
            seeds_done=self._done,
            seeds=self.seeds_total,
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

    async def _ask(self, watch: Watch) -> None:
        with stoppable(self.engine.halt, self.folder):
            heart = asyncio.create_task(self._beat(watch))
            try:
                await self._rounds()
            finally:
                heart.cancel()
                try:
                    with suppress(asyncio.CancelledError):
                        await heart
                finally:
                    await self.engine.close()
                    watch(self.status())
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
        """Whether this can come back and change what later rounds are shown, which judgements do not."""
        digest = bytes.fromhex(missing.digest or "")
        return missing.reason == UNAVAILABLE and missing.table != "annotations" and digest not in self._failed_before

    async def _round(
        self, seeds: Iterable[Seed | BadSeed], seen: Sequence[str], made: dict[int, list[Row]] | None = None
    ) -> None:
        """Ask about some seeds, all at once; into `made` go their rows, by their numbers."""
        numbered = enumerate(seeds)

        async def work() -> None:
            for number, seed in numbered:
                if self.engine.halt.reason:
                    return
                rows, missing = await self.one(self.engine, seed, seen)
                if made is not None:
                    made[number] = rows
                    self._lost += filter(self._lacks, missing)
                self._done += 1
                self._rejects.update(reject.reason for reject in missing)
                self._rejected += any(reject.level == "seed" for reject in missing)

        await _together(work() for _ in range(self.crew.window()))

    async def one(
        self, engine: Engine, seed: Seed | BadSeed, seen: Sequence[str] = ()
    ) -> tuple[list[Row], list[Reject]]:
        """The rows of one seed, and what is missing of it."""
        if isinstance(seed, BadSeed):
            return [], [_rejected(self._main, seed.place, "source", seed.reason, seed.detail)]
        ask = Ask(engine, seed.id, earlier=seen)
        try:
            return await self.crew.family.build(seed, ask), ask.rejects
        except AskFailed as failed:
            lost = _rejected(self._main, seed.id, "ask", failed.reason, failed.detail, failed.digest.hex())
        except ValidationError as error:
            lost = _rejected(self._main, seed.id, "ask", "does not fit its row type", str(error.errors()[0]["msg"]))
        except Postponed:
            self._postponed = True
            return [], []
        except PlurisetError as error:  # it stops the run; what is in flight for other seeds still counts
            engine.halt.set(error)
            return [], []
        return [], [*ask.rejects, lost]

    @property
    def _main(self) -> str:
        return next(iter(self.crew.family.made()))

    async def _beat(self, watch: Watch) -> None:
        """Until it is cancelled: say how far the run is, and sync the journal; an error stops the run."""
        try:
            await asyncio.sleep(SENT)
            await asyncio.to_thread(self.meanwhile)
            while True:
                watch(self.status())
                await asyncio.sleep(HEARTBEAT)
                await asyncio.to_thread(self.journal.sync)
        except PlurisetError as error:
            self.engine.halt.set(error)


@contextmanager
def opened(recipe: Recipe, folder: Path) -> Iterator[Run]:
    """Hold the run in `folder` for ourselves; crew and source are checked before anything is written."""
    crew = assemble(recipe)
    next(crew.seeds(), None)
    with run_folder.opened(folder, recipe) as building:
        journal = Journal(folder / run_folder.JOURNAL)
        try:
            yield Run(folder, building, crew, journal)
        finally:
            journal.close()


async def _together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Wait for all; the first error stops the others and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except BaseExceptionGroup as errors:
        known = [error for error in errors.exceptions if isinstance(error, PlurisetError)]
        raise (known or errors.exceptions)[0] from None


def usd(spending: Mapping[tuple[str, str], Spent], prices: Mapping[str, Price]) -> float | None:
    """What answers cost at declared prices; null where a teacher that answered has none."""
    if not prices or not {teacher for _, teacher in spending} <= {*prices}:
        return None
    costs = ((prices[teacher], spent) for (_, teacher), spent in spending.items())
    return round(sum(p.input * s.input_tokens + p.output * s.output_tokens for p, s in costs) / 1e6, 6)


def _unwatched(status: Status) -> None:
    """Nobody looks."""


def finished(work: Coroutine[Any, Any, R]) -> R:
    """The result of a coroutine that never waits, without a loop: a replay asks nobody."""
    try:
        work.send(None)
    except StopIteration as done:
        return cast(R, done.value)
    raise TypeError("a family may only wait for asks")


def _rejected(table: str, key: str, step: str, reason: str, detail: str, digest: str | None = None) -> Reject:
    return Reject(level="seed", table=table, key=key, step=step, reason=reason, detail=detail, digest=digest)
