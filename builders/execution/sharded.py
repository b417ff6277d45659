"""One run built by many processes: each takes shards of the seeds, asks about them, and journals the answers.

Nothing passes between the processes but files in the folder of the run. Tables are made by a plain build afterwards,
which finds every answer in the journal.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

from ...schemas.errors import RecipeError, RunError
from ...schemas.progress import Status, Watch
from ...schemas.recipe import Recipe
from ...schemas.run_layout import SHARDS
from ..asking.journal_reader import RequestCounts
from ..storage import lease as leases
from ..storage import run_folder
from ..storage.lease import Held, Lease
from ..storage.shard import Shard
from .batch_files import BatchFolder
from .resolve import ResolvedRecipe, resolve
from .run import Run, opened_shard

CLAIM_AGAIN = 0.5
"""Seconds between two looks at a shard that a dead process may still hold."""


@dataclass
class ShardCounts:
    """What one process built of a sharded run, and how far the whole run is."""

    run: str
    """Folder of the run."""
    shards: int
    """Shards of the run."""
    built: list[int] = field(default_factory=list)
    """Shards that this process built to their end."""
    requests: RequestCounts = field(default_factory=RequestCounts)
    """Requests of this process."""
    done: int = 0
    """Shards that are done, whoever built them."""
    working: int = 0
    """Shards that other processes build now."""


def build_shards(
    recipe: Recipe, folder: Path, shards: int, shard: int | None = None, watch: Watch | None = None
) -> ShardCounts:
    """Build one shard of a run, or one free shard after another until none is left.

    Raises `RecipeError` for a recipe that cannot be built in shards, `RunError` if a live process holds the shard, and
    whatever stops a build.
    """
    crew, counts = resolve(recipe), ShardCounts(str(folder), shards)
    check_shardable(crew, folder)
    check_unshared_limits(crew)
    next(crew.seeds(), None)  # a source that cannot be read is found before anything is written
    chosen = [shard] if shard is not None else random.sample(range(shards), shards)
    for candidate in (Shard(number, shards) for number in chosen):
        if shard is None and not leases.is_free(folder / SHARDS, candidate, recipe_digest(recipe, folder)):
            continue
        try:
            with claimed(recipe, folder, candidate, wait=shard is not None) as lease:
                _build(crew, folder, lease, watch, counts)
        except Held as held:
            if shard is not None:
                raise RunError(
                    "another process builds this shard", where=str(folder), got=f"shard {candidate}: {held}"
                ) from None
    counts.done = len(leases.done(folder / SHARDS, shards, recipe_digest(recipe, folder)))
    counts.working = len(leases.working(folder / SHARDS))
    return counts


def ask(run: Run, lease: Lease, watch: Watch | None) -> None:
    """Ask about the seeds of a shard as long as its lease is held. Raises whatever stops a build."""

    def watched(status: Status) -> None:
        lease.check()
        lease.claim.seeds, lease.claim.seeds_done, lease.claim.sent = status.seeds, status.seeds_done, status.sent
        if watch:
            watch(replace(status, messages=(f"shard {lease.shard}", *status.messages)))

    run.ask(watched)
    lease.claim.state = "done"


@contextmanager
def claimed(
    recipe: Recipe, folder: Path, shard: Shard, *, launch: str | None = None, wait: bool = False
) -> Iterator[Lease]:
    """Hold a shard of a run. Raises `Held` while a live process does; with `wait` only once it is known to live.

    The lock of the run is held for the claim alone: no build assembles the run meanwhile, or starts before its release.
    """
    deadline = time.monotonic() + leases.PATIENCE
    with ExitStack() as stack:
        while True:
            try:
                with run_folder.joined(folder, recipe):
                    digest = recipe_digest(recipe, folder)
                    lease = stack.enter_context(leases.held(folder / SHARDS, shard, digest, launch))
                break
            except Held:
                if not wait or time.monotonic() > deadline:
                    raise
            time.sleep(CLAIM_AGAIN)
        yield lease


def check_shardable(crew: ResolvedRecipe, folder: Path) -> None:
    """Raises `RecipeError` or `RunError` for what needs all seeds in one process."""
    if error := unshardable(crew):
        raise error
    if awaited := BatchFolder(folder).awaited():
        raise RunError(
            "answers of a batch are awaited",
            where=str(folder),
            got=", ".join(f"{batch.name}.jsonl" for batch in awaited),
            hint="take them with `pluriset build --batch` before the run is built in shards",
        )


def unshardable(crew: ResolvedRecipe) -> RecipeError | None:
    """Why a recipe cannot be built in shards, if it cannot."""
    if (size := crew.family.round()) is not None:
        return RecipeError(
            "rounds cannot be built in shards: each shows what the rounds before it made",
            where=f"{crew.recipe.file}: family.{crew.recipe.family_name}",
            got=f"rounds of {size} seeds",
            hint="leave out the option that works in rounds, or build without shards",
        )
    if people := [name for name, teacher in crew.teachers.items() if teacher.annotator_kind() == "human"]:
        return RecipeError(
            "requests to people cannot be sent in shards: they wait in batches of the whole run",
            where=f"{crew.recipe.file}: teachers.{people[0]}",
            hint="build without shards",
        )
    return None


def check_unshared_limits(crew: ResolvedRecipe) -> None:
    """Raises `RecipeError` for limits that processes cannot keep without a place where they share them."""
    budget = crew.recipe.budget
    if budget.usd is not None or budget.tokens is not None:
        raise RecipeError(
            "processes that build shards on their own cannot share a budget",
            where=f"{crew.recipe.file}: budget",
            hint="build with --on ray, which shares it, or leave it out and limit `n`",
        )
    for name, teacher in crew.teachers.items():
        if any(teacher.per_minute()):
            raise RecipeError(
                "processes that build shards on their own cannot share a rate per minute",
                where=f"{crew.recipe.file}: teachers.{name}",
                hint="build with --on ray, which shares it, or leave it out: each process slows down by itself where "
                "the endpoint answers 429",
            )


def recipe_digest(recipe: Recipe, folder: Path) -> str:
    """What tells whether two processes build the same recipe."""
    return blake2b(run_folder.portable(recipe, folder).model_dump_json().encode(), digest_size=8).hexdigest()


def _build(crew: ResolvedRecipe, folder: Path, lease: Lease, watch: Watch | None, counts: ShardCounts) -> None:
    with opened_shard(crew, folder, lease.shard) as run:
        try:
            ask(run, lease, watch)
        finally:
            counts.requests += run.requests
    counts.built.append(lease.shard.number)
