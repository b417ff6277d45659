"""The tables and views of whatever dataset a source names."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas import family_schema
from ...schemas.report import Finding
from ...schemas.row import Row, RowTypes
from ...schemas.run_layout import MANIFEST
from ...schemas.views import VIEWS
from ...validators.profiles.family_views import views_of_run
from ...validators.profiles.published import create_views, typed_tables
from ...validators.profiles.recognise import recognise
from ...validators.readers import run_folder
from ...validators.readers.manifest import read_manifest, sha256
from ...validators.readers.read import confine, read
from ...validators.tables.sql import connect

MEMORY = "2GB"
"""What DuckDB may use before it writes to disk."""
UNREADABLE = 10_000
"""Records that cannot be read and are listed one by one."""
REVISION = 12
"""Digits of the digest that is a run's revision."""


@dataclass(frozen=True)
class Tables:
    """A dataset that is open for as long as its seeds are read."""

    name: str
    revision: str
    rows: Mapping[str, DuckDBPyRelation]
    """Table or view -> its rows; `_row` is their number, where they have one."""
    types: RowTypes
    """The row types that are known."""
    default: str | None
    """The table that is read where none is named."""
    is_run: bool
    findings: Sequence[Finding] = field(default=())
    """What was wrong with the files."""


@contextmanager
def opened(place: Path, name: str) -> Iterator[Tables]:
    """The tables at a place. Raises `DataError` if they cannot be read."""
    with tempfile.TemporaryDirectory() as room, connect(memory_limit=MEMORY, temp_directory=room) as connection:
        revision = place.name if place.parent.name == "snapshots" else ""  # of a download: its commit
        is_run = place.is_dir() and run_folder.has_tables(place)
        yield _run(connection, place, revision) if is_run else _published(connection, place, name, revision)


def _run(connection: DuckDBPyConnection, place: Path, revision: str) -> Tables:
    manifest = read_manifest(place)
    tables = run_folder.read(connection, place)
    revision = revision or sha256(place / MANIFEST)[:REVISION]
    views = views_of_run(connection, place, family_schema.views(manifest), tables)
    types = family_schema.row_types(manifest) | {view: VIEWS[view] for view in views if view not in tables}
    rows = {view: relation.order("ALL") for view, relation in views.items()} | tables
    return Tables(manifest.name, revision, rows, types, manifest.main_table, is_run=True)


def _published(connection: DuckDBPyConnection, place: Path, name: str, revision: str) -> Tables:
    """The tables as they are; of a published dataset that is recognised its typed configs and its views too."""
    found = read(connection, place, examples=UNREADABLE)
    confine(connection, found)
    rows, types = dict(found.tables), dict[str, type[Row]]()
    default = next(iter(rows)) if len(rows) == 1 else None
    if known := recognise(found.tables):
        typed = typed_tables(connection, found.tables, known)
        views = create_views(connection, known.profile.views, typed)
        rows = {view: relation.order("ALL") for view, relation in views.items()} | rows | typed
        types = {view: VIEWS[view] for view in views if view in VIEWS}
        types |= {config: known.profile.configs[config].row for config in typed}
        default = next(config for config in known.profile.configs if config in typed)
    return Tables(name, revision, rows, types, default, is_run=False, findings=found.findings)
