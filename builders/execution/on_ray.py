"""A build on a Ray cluster: shards of seeds are tasks, which Ray places and starts again where they die.

https://docs.ray.io/en/latest/
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from ...schemas.errors import Interrupted, PlurisetError, RecipeError, RunError
from ...schemas.progress import Watch
from ...schemas.recipe import Recipe
from ...schemas.run_layout import JOURNAL, SHARDS
from ..asking.budget import BudgetTracker, Cost
from ..dispatch.stop import StopSignal
from ..storage import lease as leases
from ..storage import recipe_file, run_folder
from ..storage.journal import Journal
from ..storage.shard import Shard, shard_count
from .coordinator import Coordinator, together
from .resolve import ResolvedRecipe, resolve
from .run import Run
from .shard_processes import replay_shards
from .shard_replay import ShardReplay
from .sharded import check_shardable, recipe_digest

INSTALL = "pip install 'pluriset[ray]'"
LEAST_SHARDS, SEEDS_A_SHARD = 16, 1000
RETRIES = 20
"""How often Ray starts a shard again whose process or node died."""
LOOK = 0.5
"""Seconds between two looks at the tasks."""


@contextmanager
def connected(address: str) -> Iterator[RayCluster]:
    """A connection to the cluster at `ray://HEAD:10001`; for `ray` that of this machine, started if there is none.

    Raises `RecipeError` if Ray is not installed, `RunError` if the cluster cannot be reached.
    """
    if address != "ray" and not address.startswith("ray://"):
        raise RecipeError("no such engine", where="--on", got=address, expected="ray or ray://HEAD:10001")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise RecipeError("Ray is not installed", where="--on", got=address, hint=INSTALL) from None
    ours = not ray.is_initialized()
    if ours:
        at = None if address == "ray" else address
        try:
            ray.init(at, log_to_driver=False, logging_level=logging.ERROR, ignore_reinit_error=True)
        except (ConnectionError, ray.exceptions.RayError, RuntimeError) as error:
            raise RunError("cannot reach the Ray cluster", where=address, got=str(error).partition("\n")[0]) from None
    try:
        yield RayCluster(ray)
    finally:
        if ours:
            ray.shutdown()


class RayCluster:
    """A cluster that this process is connected to. Make it with `connected`."""

    def __init__(self, ray: Any) -> None:
        from . import ray_worker

        self.ray, self.worker = ray, ray_worker

    def build_shards(self, recipe: Recipe, folder: Path, of: int | None, watch: Watch | None) -> None:
        """Ask about all seeds, shard by shard. Raises whatever stops a build, once nothing is in flight any more."""
        crew = resolve(recipe)
        check_shardable(crew, folder)
        seeds = sum(1 for _ in crew.seeds())
        of = of or shard_count(folder / JOURNAL) or max(LEAST_SHARDS, -(-seeds // SEEDS_A_SHARD))
        job = self.worker.Job(_absolute(recipe), folder.resolve(), f"ray-{uuid4().hex}")
        with run_folder.joined(folder, recipe):
            (folder / SHARDS).mkdir(exist_ok=True)
            (folder / SHARDS / job.launch).touch()
        try:
            coordinator = self._coordinator(crew, job.folder)
            done = leases.done(folder / SHARDS, of, recipe_digest(recipe, folder))
            build = self._task(self.worker.build_shard, crew)
            todo = (shard for shard in (Shard(number, of) for number in range(of)) if shard not in done)
            tasks = [build.remote(job, shard, coordinator) for shard in todo]
            self._wait(tasks, coordinator, _Progress(seeds, of, len(done), watch), folder)
        finally:
            (folder / SHARDS / job.launch).unlink(missing_ok=True)

    def replay(self, run: Run, shards: Sequence[Shard], watch: Watch) -> list[ShardReplay]:
        """Replay every shard on the nodes of the cluster, if these see the disk of the run; else in processes here."""
        out = (run.building / "shards").resolve()
        job = self.worker.Job(_absolute(run.crew.recipe), run.folder.resolve(), "")
        replay = self._task(self.worker.replay_on_node, run.crew, gpus=False)
        try:
            parts: list[ShardReplay] = self.ray.get([replay.remote(job, shard, out) for shard in shards])
        except self.ray.exceptions.RayError:
            return replay_shards(run, shards, watch)
        if all(path.exists() for part in parts for path in part.parts.values()):
            return parts
        return replay_shards(run, shards, watch)

    def _task(self, function: Any, crew: ResolvedRecipe, gpus: bool = True) -> Any:
        needed = sum(teacher.gpus() for teacher in crew.teachers.values()) if gpus else 0
        return self.ray.remote(function).options(num_cpus=1, num_gpus=needed, max_retries=RETRIES)

    def _coordinator(self, crew: ResolvedRecipe, folder: Path) -> Any:
        """The coordinator, on the node of this process: it dies with the build, and writes to the disk of the run."""
        here = self.ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
            self.ray.get_runtime_context().get_node_id(), soft=False
        )
        options = {"num_cpus": 0, "scheduling_strategy": here}
        limits = crew.recipe.budget
        return self.ray.remote(Coordinator).options(**options).remote(folder, limits, _spent(crew, folder))

    def _wait(self, tasks: list[Any], coordinator: Any, progress: _Progress, folder: Path) -> None:
        """Wait for all tasks. The first error, or Ctrl-C, stops the others in order; a second Ctrl-C does not wait.

        Raises that error, and `RunError` if the cluster is lost.
        """
        stopped: PlurisetError | None = None
        while tasks:
            try:
                ready, tasks = self.ray.wait(tasks, num_returns=len(tasks), timeout=LOOK)
                for task in ready:
                    if (error := self._error(task)) is None:
                        progress.done += 1
                    elif stopped is None:
                        stopped = error
                        self.ray.get(coordinator.stop.remote(error))
                progress.show(self.ray.get(coordinator.statuses.remote()), stopped)
            except KeyboardInterrupt:
                if stopped is not None:
                    raise
                hint = "run the same command again: it resumes where it stopped"
                stopped = Interrupted("stopped; earlier answers are kept", where=str(folder), hint=hint)
                self.ray.get(coordinator.stop.remote(stopped))
            except self.ray.exceptions.RayError as error:
                hint = "run the same command again: it resumes where it stopped"
                got = str(error).partition("\n")[0]
                raise RunError("the Ray cluster is lost; all answers are kept", got=got, hint=hint) from None
        if stopped is not None:
            raise stopped

    def _error(self, task: Any) -> PlurisetError | None:
        try:
            self.ray.get(task)
        except self.ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, PlurisetError):
                return error.cause
            if isinstance(error.cause, leases.Held):
                return RunError("another process builds a shard of this run", got=str(error.cause))
            raise
        except self.ray.exceptions.RayError as error:
            return RunError("a shard died again and again", got=str(error).partition("\n")[0])
        return None


class _Progress:
    """Shows how far all workers are, as one status."""

    def __init__(self, seeds: int, shards: int, done: int, watch: Watch | None) -> None:
        self.seeds, self.shards, self.done, self.watch = seeds, shards, done, watch

    def show(self, statuses: Sequence[Any], stopped: PlurisetError | None) -> None:
        """Report the sum of the workers' statuses."""
        if self.watch:
            message = f"{self.done} of {self.shards} shards done"
            stopping = ["stopping: waits for requests in flight"] if stopped else []
            self.watch(together(statuses, self.seeds, [*stopping, message]))


def _absolute(recipe: Recipe) -> Recipe:
    """The recipe with paths that do not depend on where a process was started."""
    return recipe_file.moved(recipe, Path.resolve)


def _spent(crew: ResolvedRecipe, folder: Path) -> Cost:
    """What the journal has cost; it is read only if there is a budget."""
    budget = BudgetTracker(crew.recipe.budget, crew.recipe.prices, StopSignal(), crew.recipe.file)
    if not budget.unlimited:
        with closing(Journal(folder / JOURNAL)) as journal:
            budget.count(journal)
    return budget.spent
