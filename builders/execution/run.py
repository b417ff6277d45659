"""A run: ask about every seed, then make the rows again from the journal, in order, and only from there.

The rows are made by a replay of the closed journal in seed order, so that the same recipe and journal give the same
bytes, however often the run was interrupted on the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from ...schemas.progress import Status, Watch
from ...schemas.recipe import Recipe
from ...schemas.row import Row
from ...schemas.rows.reject import Reject
from ...schemas.run_layout import BUILDING, JOURNAL
from ...schemas.usage import Spending, Spent
from ..asking.engine import Engine
from ..asking.journal_reader import JournalReader, RequestCounts
from ..storage import run_folder
from ..storage.journal import Journal
from ..storage.shard import Shard
from .blocking import run_blocking
from .earlier import Earlier
from .local import Asking
from .resolve import ResolvedRecipe, resolve
from .seed import rows_of, run_to_end
from .shard_replay import ShardReplay


@dataclass
class Run:
    """A run that is held open: ask, then replay. Make it with `opened`."""

    folder: Path
    building: Path
    crew: ResolvedRecipe
    seeds_total: int = 0
    """Records of the source, counted before the first ask."""
    spending: Spending = field(default_factory=dict)
    """What the answers that made the rows have cost, known after a replay."""
    replayed: RequestCounts | None = None
    """Requests of a replay of the whole run."""
    parts: Sequence[ShardReplay] = ()
    """The replays of all shards, where the run is replayed shard by shard."""

    @cached_property
    def journal(self) -> Journal:
        """Every answer of the run, or of its shard; a large one takes a while to open."""
        return Journal(self.folder / JOURNAL, self.crew.shard)

    @cached_property
    def engine(self) -> Engine:
        """Asks the teachers, and counts what that takes."""
        recipe = self.crew.recipe
        return Engine(
            self.journal,
            self.crew.answerers,
            limits=recipe.budget,
            prices=recipe.prices,
            stop_rule=recipe.stop,
            recipe_file=recipe.file,
        )

    @property
    def requests(self) -> RequestCounts:
        """Requests of this build; where none had to be sent, those of the replay."""
        if "engine" in vars(self) and self.engine.requests.total:
            return self.engine.requests
        if self.replayed:
            return self.replayed
        return sum((part.requests for part in self.parts), RequestCounts())

    def join(self, parts: Sequence[ShardReplay]) -> None:
        """Take the replays of all shards for that of the run."""
        spending: defaultdict[tuple[str, str], Spent] = defaultdict(Spent)
        for role, teacher, spent in (each for part in parts for each in part.spending):
            spending[role, teacher] = spending[role, teacher] + spent
        self.parts, self.spending = parts, spending
        self.seeds_total = sum(part.seeds for part in parts)

    def mark_built(self) -> None:
        """Note that a build finished: rejects from here on are of this build, also of requests that were sent again."""
        if not self.parts or any(part.voided for part in self.parts):
            self.journal.add_built()

    def close(self) -> None:
        """Close the journal, if it was opened."""
        if "journal" in vars(self):
            self.journal.close()

    def know_people(self) -> None:
        """Take over what people declared of themselves, and leave out those who withdrew."""
        self.crew = self.crew.with_people(self.journal.people, self.journal.withdrawn)
        self.engine.answerers = self.crew.answerers

    def ask(self, watch: Watch | None = None) -> None:
        """Ask everything that the journal does not answer yet. Raises `Interrupted` and every `TeacherError`."""
        self.seeds_total = sum(1 for _ in self.crew.seeds())
        self.engine.failure_limit.seeds = self.seeds_total
        self.engine.budget.count(self.journal)
        asking = Asking(self.crew, self.engine, self.folder, self.seeds_total, watch or _ignore)
        try:
            run_blocking(asking.run(), self.engine.stop)
        finally:
            self.journal.sync()

    def retry(self, rejects: Path) -> None:
        """Void the answers that led to the rejects of the last build, so that they are requested again.

        What was voided since that build is not voided again, if it takes several goes to finish the next. Where no
        build has finished, the rejects are those of a replay.
        """
        if not rejects.exists():
            missing: list[Reject] = []
            for _ in self.replay(missing.append):
                pass
            failed = {bytes.fromhex(reject.digest): reject.reason for reject in missing if reject.digest}
            for digest in failed.keys() & (self.journal.answers.keys() | self.journal.failures.keys()):
                self.journal.add_void(digest, failed[digest])
            return
        import pyarrow.parquet as pq

        lost = pq.read_table(rejects, columns=["step", "digest", "reason"]).to_pylist()
        asked = [row for row in lost if row["step"] == "ask" and row["digest"]]  # curation sends nothing
        reasons = {bytes.fromhex(row["digest"]): row["reason"] for row in asked}
        for digest in reasons.keys() - self.journal.voided:
            self.journal.add_void(digest, reasons[digest])

    def replay(self, rejects: Callable[[Reject], None]) -> Iterator[list[Row]]:
        """The rows of every seed in order, from the journal alone; what is missing goes to `rejects`."""
        engine, earlier = JournalReader(self.journal, self.crew.answerers), Earlier(self.crew.family)
        for seed in self.crew.seeds():
            rows, missing = run_to_end(rows_of(self.crew.family, engine, seed, earlier.seen))
            earlier.add(rows)
            for reject in missing:
                rejects(reject)
            yield rows
        self.spending, self.replayed = engine.spending, engine.requests


@contextmanager
def opened(recipe: Recipe, folder: Path) -> Iterator[Run]:
    """Hold the run in `folder` for ourselves; crew and source are checked before anything is written."""
    crew = resolve(recipe)
    next(crew.seeds(), None)
    with run_folder.opened(folder, recipe) as building, closing(Run(folder, building, crew)) as run:
        yield run


@contextmanager
def opened_shard(crew: ResolvedRecipe, folder: Path, shard: Shard) -> Iterator[Run]:
    """One shard of a run, of which others may be open in other processes; its lease must be held."""
    with closing(Run(folder, folder / BUILDING, replace(crew, shard=shard))) as run:
        yield run


def _ignore(status: Status) -> None:
    """Watch nothing."""
