"""A folder that `datasets` wrote with `save_to_disk`: its own files say which splits and shards it has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic_core import from_json

from ...schemas.errors import DataError
from .format import File

SPLITS, STATE = PurePosixPath("dataset_dict.json"), PurePosixPath("state.json")


def saved(folder: Path, inside: list[PurePosixPath], table: str) -> list[File]:
    """The shards of such a folder, in their order; empty if it is none."""
    if SPLITS in inside:
        splits = _names(folder / SPLITS, "splits")
        return [file for split in splits for file in _shards(folder, inside, PurePosixPath(split), table, split)]
    return [*_shards(folder, inside, PurePosixPath(), table, None)] if STATE in inside else []


def _shards(
    folder: Path, inside: list[PurePosixPath], place: PurePosixPath, table: str, split: str | None
) -> Iterator[File]:
    for name in _names(folder / place / STATE, "_data_files"):
        path = place / name
        if path not in inside:
            raise DataError("a shard is missing", where=str(folder / place / STATE), got=str(path))
        yield File(folder / path, str(path), table, split)


def _names(path: Path, key: str) -> list[str]:
    """A list of names in one of these files."""
    try:
        names: Any = from_json(path.read_bytes())[key]
        return [str(one["filename"] if isinstance(one, dict) else one) for one in names]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError("not what save_to_disk writes", where=str(path), got=str(error)) from None
