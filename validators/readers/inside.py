"""Folders in which every path leads to a plain file inside: no link that climbs out, no pipe, no device."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ...schemas import bounds
from ...schemas.errors import DataError


def homes(folder: Path) -> tuple[Path, ...]:
    """Where the files of a folder may lie: in it, and for a snapshot in the cache of the Hub among its blobs."""
    home = folder.resolve()
    return (home, home.parent.parent / "blobs") if home.parent.name == "snapshots" else (home,)


def is_inside(path: Path, allowed: tuple[Path, ...]) -> bool:
    """Whether a path, its links followed, lies in one of these folders."""
    real = path.resolve()
    return any(real.is_relative_to(one) for one in allowed)


def require_inside(folder: Path) -> None:
    """Raises `DataError` for a folder with a link that leads out of it, or with a pipe, socket or device."""
    allowed, most = homes(folder), bounds.current().files
    for number, entry in enumerate(_entries(folder)):
        if number >= most:
            raise bounds.exceeded("files", str(folder))
        if entry.is_symlink():
            if not is_inside(Path(entry.path), allowed):
                raise DataError(
                    "a link that leads out of the folder", where=entry.path, got=str(Path(entry.path).readlink())
                )
            continue
        with suppress(FileNotFoundError):  # a file of a build that goes on
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISREG(mode):
                continue
            got = "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
            raise DataError("not a plain file", where=entry.path, got=got)


def _entries(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    """Everything in a folder and below but for folders; no link is followed."""
    try:
        found = [*os.scandir(folder)]
    except FileNotFoundError:  # a folder of a build that goes on
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(entry.path)
        else:
            yield entry
