"""The folder of a run: one build at a time, one name and family for ever."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ...schemas.errors import RunError
from ...schemas.recipe import Recipe
from ...schemas.run_layout import (
    BUILDING,
    JOURNAL,
    LOCK,
    LOCK_HOLDER,
    MANIFEST,
    MANIFEST_ASIDE,
    REBUILT,
    RECIPE,
    SHARDS,
)
from ...validators.readers.inside import require_inside
from ...validators.tables.atomic_write import draft_name, write_atomic, write_error
from . import lease, recipe_file

JOIN_SECONDS = 60.0
"""How long a process that builds a shard waits for the lock of the run, which others of its kind hold briefly."""


def default(recipe: Recipe, file: Path | None) -> Path:
    """Where a run goes if nobody says: the run that the recipe lies in, else `runs/<name>`."""
    if file is not None and (file.parent / JOURNAL).is_dir():
        return file.parent
    return Path("runs") / recipe.name


@contextmanager
def opened(folder: Path, recipe: Recipe) -> Iterator[Path]:
    """Hold the run for ourselves, its recipe written down. Raises `RunError` if it is held or is another run."""
    with joined(folder, recipe, wait=0):
        _no_shards_at_work(folder)
        building = folder / BUILDING
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        try:
            yield building
        finally:
            shutil.rmtree(building, ignore_errors=True)


@contextmanager
def joined(folder: Path, recipe: Recipe, wait: float = JOIN_SECONDS) -> Iterator[None]:
    """Lock the run for a moment, its recipe written down. Raises `RunError` if it stays locked or is another run."""
    _ours(folder, recipe)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(error, folder, "cannot create the folder of the run") from None
    with locked(folder, wait):
        _ours(folder, recipe)
        if not (folder / RECIPE).exists():
            write_atomic(folder / RECIPE, recipe_file.dump(portable(recipe, folder)))
        yield


def portable(recipe: Recipe, folder: Path) -> Recipe:
    """The recipe with its paths as they are seen from the folder of the run."""
    return recipe_file.moved(recipe, lambda path: Path(os.path.relpath(path, folder.resolve())))


def swap(folder: Path, building: Path) -> None:
    """Replace the old outputs with what was built. The manifest is deleted first: until a new one is written, the run
    is not complete."""
    (folder / MANIFEST).unlink(missing_ok=True)
    (folder / MANIFEST_ASIDE).unlink(missing_ok=True)
    for name in REBUILT:
        old = folder / name
        if old.is_dir() and not old.is_symlink():  # what a link leads to is not ours to delete
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
        if (building / name).exists():
            (building / name).rename(old)


def remove_outputs(folder: Path) -> None:
    """Delete what a build wrote, manifest first; the journal is left, from which it can be built again."""
    (folder / MANIFEST).unlink(missing_ok=True)
    for name in REBUILT:
        if (old := folder / name).is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)


def _ours(folder: Path, recipe: Recipe) -> None:
    """Refuse a folder that is another run, or that holds something else."""
    if folder.exists() and not folder.is_dir():
        raise RunError("not a folder", where=str(folder))
    if folder.exists():
        require_inside(folder)
    if not (folder / RECIPE).exists():
        others = {path.name for path in folder.iterdir()} if folder.exists() else set()
        # Another process may write these just now; its recipe is read once the lock is ours.
        drafts = {draft_name(RECIPE), draft_name(LOCK_HOLDER)}
        if others - {RECIPE, LOCK, LOCK_HOLDER, BUILDING, JOURNAL, SHARDS, *drafts}:
            raise RunError("the folder holds something else than a run", where=str(folder), hint="choose another --out")
        return
    there = recipe_file.read(folder / RECIPE)
    if (there.name, there.family_name) != (recipe.name, recipe.family_name):
        raise RunError(
            "the folder is another run",
            where=str(folder),
            got=f"{recipe.name} ({recipe.family_name})",
            expected=f"{there.name} ({there.family_name})",
            hint="choose another --out, or give the recipe its old name",
        )


def _no_shards_at_work(folder: Path) -> None:
    """Refuse a run of which other processes build shards now."""
    if at_work := lease.working(folder / SHARDS):
        shard, claim = next(iter(at_work.items()))
        raise RunError(
            f"{len(at_work)} shards of this run are being built",
            where=str(folder),
            got=f"shard {shard} by {claim.holder}",
            hint="wait for them or stop them; one that was killed frees its shard after "
            f"{lease.EXPIRES:.0f} s at the latest",
        )


@contextmanager
def locked(folder: Path, wait: float = 0.0) -> Iterator[None]:
    """Keep every other process from changing the run. Raises `RunError` if one still holds it after `wait` seconds."""
    path = folder / LOCK
    lock = FileLock(path)
    try:
        lock.acquire(timeout=wait, blocking=wait > 0)
    except Timeout:
        raise RunError("another build works in this run", where=str(folder), got=f"process {_holder(folder)}") from None
    except (OSError, NotImplementedError) as error:
        raise RunError("cannot lock the run", where=str(path), got=str(error)) from None
    try:
        write_atomic(folder / LOCK_HOLDER, str(os.getpid()))
        yield
    finally:
        (folder / LOCK_HOLDER).unlink(missing_ok=True)
        lock.release()


def _holder(folder: Path) -> str:
    """The pid in the file beside the lock, as Windows lets no one read a locked file."""
    try:
        return (folder / LOCK_HOLDER).read_text(encoding="utf-8")
    except OSError:
        return "unknown"
