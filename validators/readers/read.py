"""Anybody's dataset, in any format, as DuckDB relations and what was wrong with its files."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas.errors import DataError
from ...schemas.report import Finding
from ..tables.sql import quote_identifier, quote_literal
from . import hub, layout
from .columns import OURS
from .findings import SHOWN, Findings
from .format import File, unreadable
from .formats.parquet import Parquet
from .plain import plain
from .suffixes import format_of, known

SCHEMA = "files"
"""Schema of the views that are returned."""
SMALL = 20_000
"""Rows of a table that is copied: hundreds of queries look at it, and each plans a view anew."""


@dataclass(frozen=True)
class Source:
    """A file that was read."""

    file: str
    """Its path inside the dataset."""
    path: Path
    """Where it is."""
    table: str
    split: str | None
    rows: int
    first: int
    """`_row` of its first record in the table, less one: what is added to the number of a record in the file."""


class Part(NamedTuple):
    """A file as a relation."""

    file: File
    rows: DuckDBPyRelation
    records: int
    highest: int
    """Number of its last record."""


@dataclass(frozen=True)
class Read:
    """What was read."""

    tables: Mapping[str, DuckDBPyRelation]
    """Name of a config or of a file -> its columns as they are, `_row`, and `split` where the Hub's rules give one.

    `_row` counts the records of a table from 1, over its files in the order of `sources`.
    """
    findings: list[Finding]
    """What was wrong with the files: `reader.<rule>`."""
    sources: list[Source]
    """The files, in the order in which rows are counted."""


def read(connection: DuckDBPyConnection, place: str | Path, examples: int = SHOWN) -> Read:
    """Read a file, a folder, or a dataset of the Hub: one table for each config of its README or name of a file.

    A finding shows the first `examples` of what it counts.

    Raises `DataError` if there is nothing there, or a file cannot be read at all.
    """
    findings = Findings(examples)
    path = hub.local(place)
    if not path.exists():
        raise DataError("there is no such file or folder", where=str(place))
    files = [_only(path)] if path.is_file() else layout.files(path, findings)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    with tempfile.TemporaryDirectory() as room:
        parts = _parts(connection, files, Path(room), findings)
        sources = _sources(parts)
        tables = {
            table: _table(connection, table, parts, sources)
            for table in dict.fromkeys(part.file.table for part in parts)
        }
    _other_types(parts, findings)
    rows = {table: sum(source.rows for source in sources if source.table == table) for table in tables}
    for source in sources:
        if not rows[source.table]:
            findings.add("no_rows", source.table, {"file": source.file})
    columns = {table: len(relation.columns) - 1 for table, relation in tables.items()}
    return Read(tables, list(findings.all(rows, columns)), sources)


def confine(connection: DuckDBPyConnection, read: Read) -> None:
    """Let a connection reach nothing but the files that were read; it stays so."""
    paths = ", ".join(quote_literal(str(source.path)) for source in read.sources)
    connection.execute(f"SET allowed_paths = [{paths}]")
    connection.execute("SET enable_external_access = false")


def _only(path: Path) -> File:
    if format_of(path) is None:
        expected = "a file that ends in " + ", ".join(known()) + ", or a folder of those"
        raise DataError("not a format that can be read", where=str(path), got=path.name, expected=expected)
    return File(path, path.name, path.name.removesuffix(".gz").rpartition(".")[0] or path.name)


def _parts(connection: DuckDBPyConnection, files: list[File], room: Path, findings: Findings) -> list[Part]:
    """The files that can be read; one that cannot is a finding, and an error if it leaves nothing."""
    parts, errors = [], []
    for file in files:
        try:
            parts.append(_read(connection, file, room, findings))
        except DataError as error:
            errors.append(error)
            findings.add("broken_file", file.table, {"file": file.name, "problem": f"{error.what}: {error.got or ''}"})
    if not parts:
        raise errors[0]
    return parts


def _read(connection: DuckDBPyConnection, file: File, room: Path, findings: Findings) -> Part:
    kind = format_of(file.path)
    assert kind is not None
    try:
        clean = replace(file, path=plain(file, room, findings)) if kind.is_text else file
        rows = kind.read(connection, clean, findings)
        count, highest = rows.aggregate(f"count(*), coalesce(max({OURS}), 0)").fetchall()[0]
        return Part(file, rows, count, highest)
    except (duckdb.Error, OSError, UnicodeError) as error:
        raise unreadable(file, error) from None


def _other_types(parts: list[Part], findings: Findings) -> None:
    """Parquet files of a table whose columns have another type than in its first: what `datasets` refuses to load."""
    files = [file for file, *_ in parts if file.path.suffix in Parquet.suffixes]
    if not files:
        return
    import pyarrow.parquet as pq  # 40 ms, which a run or a CSV file does not need

    first: dict[str, Mapping[str, str]] = {}
    for file in files:
        types = {field.name: str(field.type).removeprefix("large_") for field in pq.read_schema(file.path)}
        known = first.setdefault(file.table, types)
        if changed := [f"{c}: {kind}, not {known[c]}" for c, kind in types.items() if known.get(c, kind) != kind]:
            findings.add("other_types", file.table, {"file": file.name, "problem": ", ".join(changed)})


def _sources(parts: list[Part]) -> list[Source]:
    """The files with their rows, counted; the numbers go on from file to file of a table."""
    last: dict[str, int] = {}
    found = []
    for file, _, count, highest in parts:
        found.append(Source(file.name, file.path, file.table, file.split, count, last.get(file.table, 0)))
        last[file.table] = last.get(file.table, 0) + highest
    return found


def _table(connection: DuckDBPyConnection, table: str, parts: list[Part], sources: list[Source]) -> DuckDBPyRelation:
    """The files of a table one below the other: a table if it is small, which is planned faster, else a view."""
    own = [(file, rows, source) for (file, rows, *_), source in zip(parts, sources, strict=True) if file.table == table]
    queries = [_part(file, rows, source.first) for file, rows, source in own]
    view = f"{SCHEMA}.{quote_identifier(table)}"
    try:
        kind = "TABLE" if sum(source.rows for _, _, source in own) <= SMALL else "VIEW"
        connection.execute(f"CREATE OR REPLACE {kind} {view} AS {' UNION ALL BY NAME '.join(queries)}")
        return connection.sql(f"FROM {view}")
    except duckdb.Error as error:
        files = ", ".join(file.name for file, _, _ in own)
        got = str(error).partition("\n")[0]
        raise DataError("its files do not have the same columns", where=f"table {table}: {files}", got=got) from None


def _part(file: File, rows: DuckDBPyRelation, before: int) -> str:
    query = f"SELECT * REPLACE ({OURS} + {before} AS {OURS}) FROM ({rows.sql_query()})"
    if file.split is None or "split" in map(str.lower, rows.columns):
        return query
    return f"SELECT *, {quote_literal(file.split)} AS split FROM ({query})"
