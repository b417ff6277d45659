"""The folder of a run: one build at a time, one name and family for ever."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from ...schemas.errors import DataError, RunError, from_validation
from ...schemas.manifest import Manifest
from ...schemas.recipe import Recipe
from ...schemas.run_layout import BUILDING, JOURNAL, LOCK, MANIFEST, REBUILT, RECIPE
from . import recipe_file


def default(recipe: Recipe, file: Path | None) -> Path:
    """Where a run goes if nobody says: the run that the recipe lies in, else `runs/<name>`."""
    if file is not None and (file.parent / JOURNAL).is_dir():
        return file.parent
    return Path("runs") / recipe.name


@contextmanager
def opened(folder: Path, recipe: Recipe) -> Iterator[Path]:
    """Hold the run for ourselves, its recipe written down. Raises `RunError` if it is held or is another run."""
    _ours(folder, recipe)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError("cannot make the folder of the run", where=str(folder), got=error.strerror) from None
    with held(folder):
        _ours(folder, recipe)
        if not (folder / RECIPE).exists():
            write(folder / RECIPE, recipe_file.dump(portable(recipe, folder)))
        building = folder / BUILDING
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        try:
            yield building
        finally:
            shutil.rmtree(building, ignore_errors=True)


def portable(recipe: Recipe, folder: Path) -> Recipe:
    """The recipe with its paths as they are seen from the folder of the run."""
    return recipe_file.moved(recipe, lambda path: Path(os.path.relpath(path, folder.resolve())))


def swap(folder: Path, building: Path) -> None:
    """Put what was built in the place of what was there; without a manifest until `write_manifest`."""
    (folder / MANIFEST).unlink(missing_ok=True)
    for name in REBUILT:
        old = folder / name
        if old.is_dir() and not old.is_symlink():  # what a link leads to is not ours to delete
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
        if (building / name).exists():
            (building / name).rename(old)


def manifest_of(folder: Path) -> Manifest:
    """The manifest, which says that the run is complete. Raises `DataError` if there is none that can be read."""
    path = folder / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        hint = "`pluriset build` writes it last: run the same build again"
        raise DataError("not a finished run", where=str(path), got=error.strerror, hint=hint) from None
    except ValidationError as error:
        raise from_validation(error, DataError, str(path)) from None


def write_manifest(folder: Path, content: str) -> None:
    """The last act of a build: that the manifest exists means that the run is complete."""
    write(folder / MANIFEST, content)


def write(path: Path, content: str) -> None:
    """Write a text file as a whole or not at all. Raises `RunError` when the disk is full."""
    try:
        fresh = path.with_name(_fresh(path.name))
        with fresh.open("w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise RunError("cannot write", where=str(path), got=error.strerror, hint="make room and run again") from None


def _fresh(name: str) -> str:
    """What a file is called while it is written."""
    return f".{name}.new"


def _ours(folder: Path, recipe: Recipe) -> None:
    """Refuse a folder that is another run, or that holds something else."""
    if folder.exists() and not folder.is_dir():
        raise RunError("not a folder", where=str(folder))
    if not (folder / RECIPE).exists():
        if folder.exists() and {path.name for path in folder.iterdir()} - {LOCK, BUILDING, _fresh(RECIPE)}:
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


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nobody else changes the run. Raises `RunError` if somebody does."""
    try:
        file = (folder / LOCK).open("a+")
    except OSError as error:
        raise RunError("cannot hold the run", where=str(folder / LOCK), got=error.strerror) from None
    with file as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise RunError("another build works in this run", where=str(folder), got=f"process {lock.read()}") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
