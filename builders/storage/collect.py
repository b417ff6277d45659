"""Collect the segments of several journals in one run, from and to any file system that fsspec knows.

For workers that share no disk: each copies its journal to where all are collected, as often as it likes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from ...schemas.errors import DataError
from ...schemas.run_layout import JOURNAL, RECIPE
from ...schemas.yaml_text import load_yaml
from ...validators.tables.atomic_write import draft_name
from . import run_folder
from .shard import Segment, in_order

HEAD, CHUNK = 1 << 16, 1 << 20
"""Bytes of a segment that tell it from others, and that are copied at once."""


def merge_journals(sources: Iterable[str], out: str) -> list[str]:
    """Copy the segments of runs into the journal of another run; the names of those that are new or have grown there.

    A segment that is there already, whole or in part, is not copied twice, so collecting again is safe. Sources and
    `out` are folders or URLs such as s3://bucket/run. Raises `DataError` if they are not runs of one dataset.
    """
    folders, target = [_Run(source) for source in sources], _Run(out)
    identities = {run.url: identity for run in (*folders, target) if (identity := run.identity())}
    if len({*identities.values()}) > 1:
        got = "; ".join(f"{url}: {name} ({family})" for url, (name, family) in identities.items())
        raise DataError("the journals belong to different runs", where=out, got=got, expected="one name and family")
    for run in folders:
        if run.identity() is None and not run.segments():  # a run without answers has nothing to bring
            raise DataError("no run here", where=run.url, expected=f"a folder with {RECIPE} or {JOURNAL}/*.jsonl")
    with target.locked():
        return [name for run in folders for one in run.segments() if (name := target.take(run, one))]


class _Run:
    """A run on some file system."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self.files, self.path = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise DataError("cannot open this file system", where=url, got=str(error)) from None
        self.journal = posixpath.join(self.path, JOURNAL)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep builds out meanwhile where there is a disk to lock; an object store has one writer a shard instead."""
        if not isinstance(self.files, LocalFileSystem):
            yield
            return
        Path(self.path).mkdir(parents=True, exist_ok=True)
        with run_folder.locked(Path(self.path), run_folder.JOIN_SECONDS):
            yield

    def identity(self) -> tuple[str, str] | None:
        """Name and family of the run; None where it has no recipe yet."""
        path = posixpath.join(self.path, RECIPE)
        if not self.files.exists(path):
            return None
        recipe = load_yaml(self.files.cat_file(path), f"{self.url}/{RECIPE}")
        family = recipe.get("family")
        return str(recipe.get("name")), family if isinstance(family, str) else next(iter(family or {}), "")

    def segments(self) -> list[Segment]:
        """The segments of its journal in order."""
        self.files.invalidate_cache()
        paths = self.files.ls(self.journal, detail=False) if self.files.exists(self.journal) else []
        return in_order(posixpath.basename(path) for path in paths)

    def head(self, segment: Segment) -> tuple[bytes, int]:
        """The beginning of a segment, and its size: segments of different processes differ early."""
        path = posixpath.join(self.journal, segment.name)
        with self.files.open(path, "rb") as file:
            return file.read(HEAD), self.files.size(path)

    def take(self, other: _Run, segment: Segment) -> str | None:
        """Copy a segment of another run, under the next number where its name is taken; None if it is here already."""
        there, name = self.segments(), segment
        for mine in (one for one in there if one.shard == segment.shard):
            if (more := self._continues(mine, other, segment)) is not None:
                return self._copy(other, segment, mine) if more else None
        if name in there:
            name = Segment(max(one.number for one in there) + 1, segment.shard)
        return self._copy(other, segment, name)

    def _continues(self, mine: Segment, other: _Run, segment: Segment) -> bool | None:
        """Whether another run has more of a segment of ours; None if it is not the same segment."""
        (ours, size), (theirs, their_size) = self.head(mine), other.head(segment)
        if not (ours.startswith(theirs) or theirs.startswith(ours)):
            return None
        return their_size > size

    def _copy(self, other: _Run, segment: Segment, name: Segment) -> str:
        self.files.makedirs(self.journal, exist_ok=True)
        draft, path = (posixpath.join(self.journal, one) for one in (draft_name(name.name), name.name))
        with (
            other.files.open(posixpath.join(other.journal, segment.name), "rb") as source,
            self.files.open(draft, "wb") as copy,
        ):
            while chunk := source.read(CHUNK):
                copy.write(chunk)
        self.files.mv(draft, path)
        return name.name
