"""What Ray runs on the nodes: one shard asked about, or replayed. Everything else is that of any sharded build."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import ray

from ...schemas.errors import DataError
from ...schemas.progress import Status
from ...schemas.recipe import Recipe
from ...schemas.run_layout import JOURNAL, RECIPE, SHARDS
from ..asking.budget import Cost
from ..storage.shard import Segment, Shard, segments
from .coordinator import Order
from .resolve import resolve
from .run import Run, opened_shard
from .shard_replay import ShardReplay, replay_shard
from .sharded import ask, claimed
from .shared_budget import SharedBudget

SHIPPED = 1 << 20
"""Bytes of a segment that are sent at once."""


class Job(NamedTuple):
    """What all tasks of a build have in common."""

    recipe: Recipe
    folder: Path
    """The run, as the driver sees it."""
    launch: str
    """Id of the build; a file of this name in the run tells whether a node sees the disk."""


def build_shard(job: Job, shard: Shard, coordinator: Any) -> None:
    """Ask about the seeds of a shard. Raises whatever stops a build."""
    crew = resolve(job.recipe)
    shared = (job.folder / SHARDS / job.launch).exists()
    with (
        nullcontext(job.folder) if shared else _own_disk(job, shard, coordinator) as folder,
        claimed(job.recipe, folder, shard, launch=job.launch, wait=True) as lease,
        opened_shard(crew, folder, shard) as run,
    ):
        worker = _Worker(run, shard, coordinator, None if shared else Mirror(folder, shard, coordinator))
        ask(run, lease, worker.report)
        worker.finish()


def replay_on_node(job: Job, shard: Shard, out: Path) -> ShardReplay:
    """Replay a shard of a run on a shared disk. Raises `DataError` on a node that does not see it."""
    if not (job.folder / RECIPE).exists():
        raise DataError("no run here", where=str(job.folder))
    return replay_shard(resolve(job.recipe), job.folder, shard, out)


class _Worker:
    """Reports to the coordinator twice a second, without waiting for it, and does what it is told."""

    def __init__(self, run: Run, shard: Shard, coordinator: Any, mirror: Mirror | None) -> None:
        self.run, self.shard, self.mirror, self._coordinator = run, shard, mirror, coordinator
        self.attempt, self._engine = uuid4().hex, run.engine
        self._last: Status | None = None
        self._reply: Any = None
        self._obey(ray.get(coordinator.join.remote(shard, self.attempt)))
        limits = run.crew.recipe.budget
        if limits.usd is not None or limits.tokens is not None:
            self._engine.budget = SharedBudget(
                limits, run.crew.recipe.prices, self._engine.stop, run.crew.recipe.file, self._more
            )

    def report(self, status: Status) -> None:
        """Send a status, and obey the reply to an earlier one. Raises what stops the build."""
        self._last = status
        if self.mirror:
            self.mirror.send()
        if self._reply is not None:
            ready, _ = ray.wait([self._reply], timeout=0)
            if not ready:
                return
            self._obey(ray.get(self._reply))
        self._reply = self._send(status)

    def finish(self) -> None:
        """Send the last status, and everything that was journaled: only then is the shard done."""
        if self.mirror:
            self.mirror.send(wait=True)
        if self._last:
            ray.get(self._send(self._last, done=True))

    def _send(self, status: Status, done: bool = False) -> Any:
        spent = self._engine.budget.spent
        return self._coordinator.report.remote(self.shard, self.attempt, status, spent, done)

    def _obey(self, order: Order) -> None:
        self._engine.share_rates(order.rate_share)
        if order.stop:
            raise order.stop

    async def _more(self, most: Cost, spent: Cost, idle: bool) -> Cost | None:
        granted: Cost | None = await self._coordinator.grant.remote(self.shard, self.attempt, most, spent, idle)
        return granted


@dataclass
class Mirror:
    """Sends what is journaled on a node to the disk of the driver, so that a node's death loses what was under way."""

    folder: Path
    shard: Shard
    coordinator: Any
    sent: int = 0
    _last: Any = None

    def send(self, wait: bool = False) -> None:
        """Send what was journaled since the last time; with `wait` until the driver has it."""
        own = segments(self.folder / JOURNAL)[-1:]
        for segment in own:
            with (self.folder / JOURNAL / segment.name).open("rb") as file:
                file.seek(self.sent)
                while data := file.read(SHIPPED):
                    self._last = self.coordinator.append.remote(segment, self.sent, data)
                    self.sent += len(data)
        if wait and self._last is not None:
            ray.get(self._last)


@contextmanager
def _own_disk(job: Job, shard: Shard, coordinator: Any) -> Iterator[Path]:
    """A folder of this node with what the journal has about a shard, in place of a run that it does not see."""
    number, there = ray.get(coordinator.segments.remote(shard))
    with tempfile.TemporaryDirectory(prefix="pluriset-") as scratch:
        journal = Path(scratch) / job.folder.name / JOURNAL
        journal.mkdir(parents=True)
        for name, content in there.items():
            (journal / name).write_bytes(content)
        (journal / Segment(number - 1, shard).name).touch()  # so that ours gets the number that is free there
        yield journal.parent
