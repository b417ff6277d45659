"""Erasing records from a journal: the one exception to its being only appended to, for people who withdraw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from ...validators.tables.atomic_write import write_atomic
from .shard import segments

Record = dict[str, Any]


def records(folder: Path) -> Iterator[Record]:
    """Every record of every segment, also those that no longer count; damaged lines are left out."""
    for segment in _segments(folder):
        for line in segment.read_bytes().splitlines():
            if (record := _parsed(line)) is not None:
                yield record


def erase(folder: Path, unwanted: Callable[[Record], bool]) -> int:
    """Rewrite each segment without the records that are unwanted, or that cannot be read; returns how many went.

    Each is replaced as a whole, so that a crash leaves it as it was or as it will be. The journal must not be open.
    """
    erased = 0
    for segment in _segments(folder):
        lines = segment.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if (record := _parsed(line)) is not None and not unwanted(record)]
        if len(kept) < len(lines):
            write_atomic(segment, b"".join(kept))
            erased += len(lines) - len(kept)
    return erased


def _segments(folder: Path) -> list[Path]:
    return [folder / segment.name for segment in segments(folder)]


def _parsed(line: bytes) -> Record | None:
    try:
        record = from_json(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
