"""Validate what is at a place: a run of ours, or a dataset that anybody published."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ..schemas import family_schema
from ..schemas.component import Spec
from ..schemas.errors import DataError, RecipeError
from ..schemas.manifest import Manifest
from ..schemas.report import Report
from ..schemas.row import RowTypes
from ..schemas.rows import declaration, families, tables_of
from ..schemas.rows.shared import SHARED
from ..schemas.run_layout import MANIFEST
from ..schemas.views import View
from .findings.failing_rows import forget, keep_in
from .findings.subject import Subject
from .judging import card_claims, manifest_shards
from .judging.audits import load_audits, run_audits
from .judging.overrides import apply_overrides, overrides_beside, read_overrides
from .judging.runner import judge, no_foreign_errors
from .profiles.by_roles import read_by_roles
from .profiles.family_views import views_of_run
from .profiles.published import read_published
from .profiles.recognise import recognise, require_profile
from .readers import hub, run_folder
from .readers.manifest import read_manifest
from .readers.read import confine, read
from .tables.sql import Tables, connect, quote_literal, using

MEMORY = "2GB"
"""What DuckDB may use before it writes to disk."""
SMALL = 200_000
"""Rows of a table that is held in memory."""
GENERIC = "generic"
"""What a dataset is taken for that is read by the roles of its columns, as a profile names it."""


def validate_path(
    place: str | Path,
    *,
    as_: str | None = None,
    roles: Mapping[str, str] | None = None,
    checks: Path | None = None,
    out: Path | None = None,
    audit: Sequence[Spec] | None = None,
    memory: str = MEMORY,
) -> Report:
    """Judge whatever is at a place: a file, a folder, a dataset on the Hub.

    It is taken for the published dataset `as_`, or its columns for what `roles` says; `generic` goes by the columns
    even where they are those of one that we know. What is decided about checks is in the file `checks`, or beside the
    data. All failing rows go into the folder `out`, if one is given, by check. `audit` names audits to run, an empty
    list all of them.
    Raises `DataError` if it cannot be read, or cannot be what it is said to be, and `RecipeError` if what is decided
    makes no sense.
    """
    folder = hub.local(place)
    overrides = read_overrides(checks) if checks else overrides_beside(folder)
    keep = keep_in(out.resolve()) if out else forget
    chosen = [] if audit is None else load_audits(audit)
    with _database(memory) as connection, no_foreign_errors(str(place)):
        if out:
            connection.execute(f"SET allowed_directories = [{quote_literal(str(out.resolve()))}]")
        subject = _subject(connection, folder, Path(place).resolve().name, as_, roles)
        report = apply_overrides(judge(subject, overrides.options, keep), overrides, subject.row_types)
        return report.model_copy(update={"audits": run_audits(subject.all(), chosen)})


@contextmanager
def open_tables(place: str | Path, memory: str = MEMORY) -> Iterator[tuple[DuckDBPyConnection, Tables]]:
    """The tables of whatever is at a place, as they are, for as long as they are looked at. Raises `DataError`."""
    folder = hub.local(place)
    with _database(memory) as connection, no_foreign_errors(str(place)):
        yield (
            connection,
            run_folder.read(connection, folder) if run_folder.has_tables(folder) else read(connection, folder).tables,
        )


def validate_run(folder: Path, *, memory: str = MEMORY, spill: Path | None = None) -> Report:
    """Judge a run folder. What does not fit into `memory` is in a folder inside `spill` for as long as it takes.

    Raises `DataError` if the folder is no run or cannot be read.
    """
    with no_foreign_errors(folder), _database(memory, spill) as connection:
        return judge(_ours(connection, folder, folder.resolve().name))


def validate(tables: Tables, row_types: RowTypes, dataset: str) -> Report:
    """Judge tables of row types that we know."""
    with no_foreign_errors(dataset):
        return judge(_known(tables, row_types, dataset))


def row_types(folder: Path, tables: Tables) -> RowTypes:
    """The row types of a run: those of its family, else of the family that has its tables."""
    known = {family: tables_of(family, tables) for family in families()}
    if (family := run_folder.family_of(folder)) in known:
        return known[family]
    if stored := _manifest(folder):
        return family_schema.row_types(stored)
    fitting = [types for types in known.values() if set(types) <= set(tables)]
    shared = {table: SHARED[table] for table in SHARED if table in tables}
    return max(fitting, key=len, default=shared)


def _subject(
    connection: DuckDBPyConnection, folder: Path, called: str, as_: str | None, roles: Mapping[str, str] | None
) -> Subject:
    """What is at a place, and whether it is what its card and manifest say."""
    ours = run_folder.has_tables(folder) and not as_ and not roles
    subject = _ours(connection, folder, called) if ours else _theirs(connection, folder, called, as_, roles)
    if ours and not (folder / MANIFEST).exists():  # the card of a run that is being built is not written yet
        return subject
    told = card_claims.against_data(folder, subject.raw)
    told += manifest_shards.against_manifest(folder, folder / MANIFEST) if ours else []
    return replace(subject, findings=[*subject.findings, *told])


def _ours(connection: DuckDBPyConnection, folder: Path, called: str) -> Subject:
    read_in = enumerate(run_folder.read(connection, folder).items())
    tables = {table: _held(connection, f"held_{i}", rows) for i, (table, rows) in read_in}
    lost = run_folder.rejects(connection, folder)
    rejects = {} if lost is None else {"rejects": lost.select("row_number() OVER () AS _row, detail")}
    views = views_of_run(connection, folder, _views(folder), tables)
    return replace(_known(tables, row_types(folder, tables), called), rejects=rejects, views=views)


def _views(folder: Path) -> Sequence[View]:
    """The generic views of the family of a run."""
    if (family := run_folder.family_of(folder)) in families():
        return declaration(family).views
    return family_schema.views(stored) if (stored := _manifest(folder)) else ()


def _manifest(folder: Path) -> Manifest | None:
    """A manifest that describes a family which is not installed; None where there is none."""
    try:
        manifest = read_manifest(folder)
    except DataError:
        return None
    return manifest if manifest.family_schema else None


def _held(connection: DuckDBPyConnection, name: str, rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """A small table in memory: a hundred checks read it, and opening its files takes longer than looking at it."""
    if int(rows.aggregate("count(*)").fetchall()[0][0]) > SMALL:
        return rows
    rows.create(name)
    return connection.table(name)


def _known(tables: Tables, row_types: RowTypes, dataset: str) -> Subject:
    raw = {table: rows.select("row_number() OVER () AS _row, *") for table, rows in tables.items()}
    return Subject(dataset, raw, tables, row_types)


def _theirs(
    connection: DuckDBPyConnection, folder: Path, called: str, as_: str | None, roles: Mapping[str, str] | None
) -> Subject:
    if as_ not in (None, GENERIC) and roles:
        raise RecipeError("either it is a dataset that we know or its columns are named", where="--as, --map")
    found = read(connection, folder)
    confine(connection, found)
    raw = found.tables
    by_roles = roles or as_ == GENERIC
    known = None if by_roles else require_profile(as_, raw) if as_ else recognise(raw)
    subject = read_published(connection, called, raw, known) if known else read_by_roles(connection, called, raw, roles)
    return replace(subject, findings=[*found.findings, *subject.findings])


@contextmanager
def _database(memory: str, spill: Path | None = None) -> Iterator[DuckDBPyConnection]:
    with (
        tempfile.TemporaryDirectory(dir=spill) as room,
        connect(memory_limit=memory, temp_directory=room) as connection,
        using(connection),
    ):
        yield connection
