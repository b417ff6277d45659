"""Tables in text, cells as they are: DuckDB reads what is well formed, and a slower reader what is not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import ClassVar

import duckdb
import pyarrow as pa
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ....schemas import bounds
from ....schemas.errors import DataError
from ...tables.sql import escape_glob, quote_identifier, quote_literal
from ..columns import distinct
from ..findings import Findings
from ..format import File, Format, unused
from ..header import has_header
from ..lines import Lines, cells, undecodable
from ..record import Broken, Record, require

DELIMITERS = ",\t;|"
LOOKED_AT = 50
"""Records that tell what stands between cells."""
IMPORT_ID = re.compile(r'\s*\{\s*"ImportId"')
"""Cells of the third header row of a Qualtrics export."""
MOST_QUOTED = 1 / 3
"""In a TSV without quoting, at most this share of records has a cell that begins with a quote."""
BATCH = 10_000
"""Records that the slower reader holds at once."""


class Csv(Format):
    """A table in text with quotes as RFC 4180 has them; every cell is text, an empty one null."""

    suffixes: ClassVar = (".csv", ".tsv")

    def read(self, connection: DuckDBPyConnection, file: File, findings: Findings) -> DuckDBPyRelation:
        """The columns under their names; `_row` counts the records below the header."""
        delimiter, width = _layout(file)
        if width > bounds.current().columns:
            raise bounds.exceeded("columns", file.name, width)
        rows = _fast(connection, file, delimiter, width) or _other_dialect(connection, file, delimiter, width, findings)
        rows = rows or _slow(connection, file, delimiter, width, findings)
        columns = [f"c{at}" for at in range(width)]
        if len(file.names) == width:
            below = rows.filter("_row > 0") if file.header else rows
            row = "_row" if file.header else "_row + 1"
            return below.select(_renamed(columns, distinct(file.names, file, findings), row))
        if file.names:
            wrong = {"file": file.name, "named": len(file.names), "columns": width}
            findings.add("other_names", file.table, wrong)
        start = rows.aggregate("min(_row)").fetchall()[0][0]
        if start is None:
            raise DataError("no record of the file can be read", where=file.name)
        first = rows.filter(f"_row = {start}").select(", ".join(columns)).fetchall()[0]
        below = rows.filter(f"_row > {start}")
        if has_header(below, columns, first, file, findings):
            names = distinct([cell or "" for cell in first], file, findings)
            below = _without_label_rows(below, start, columns, file, findings)
            return below.select(_renamed(columns, names, f"_row - {start}"))
        return rows.select(_renamed(columns, [f"column{at}" for at in range(width)], "_row + 1"))

    def records(self, file: File, wanted: Sequence[str]) -> Iterator[Record | Broken]:
        """The records below the first, which is the header."""
        delimiter = _delimiter(file, wanted)
        columns = _header(file, delimiter)
        require(wanted, columns, file.name)
        with file.path.open("rb") as stream:
            rows = islice(cells(Lines(stream), delimiter, _kind(file)), 1, None)
            first = [*islice(rows, 2)]
            has_labels = len(first) == 2 and not isinstance(first[1], Broken) and _is_import_ids(first[1][1])
            for row in chain([] if has_labels else first, rows):
                yield row if isinstance(row, Broken) else _record(row[0], columns, row[1])


def _record(line: int, columns: Sequence[str], row: Sequence[str]) -> Record | Broken:
    if len(row) != len(columns):
        return Broken(line, "another number of cells", f"{len(row)} cells under {len(columns)} columns")
    if byte := undecodable("".join(row)):
        return Broken(line, "record is not UTF-8", byte)
    return Record(line, dict(zip(columns, row, strict=True)))


def _delimiter(file: File, wanted: Sequence[str]) -> str:
    """The delimiter that the suffix promises, unless only another one gives the wanted columns."""
    promised = "\t" if _kind(file) == "TSV" else ","
    if not set(wanted) <= set(_header(file, promised)):
        found, _ = _layout(file)
        if set(wanted) <= set(_header(file, found)):
            return found
    return promised


def _header(file: File, delimiter: str) -> list[str]:
    with file.path.open("rb") as stream:
        first = next(cells(Lines(stream), delimiter, _kind(file)), None)
    if first is None:
        raise DataError("the file is empty", where=file.name)
    if isinstance(first, Broken):
        raise DataError("the header cannot be read", where=f"{file.name}: line {first.line}", got=first.detail)
    if byte := undecodable("".join(first[1])):
        raise DataError("the header is not UTF-8", where=f"{file.name}: line {first[0]}", got=byte)
    return first[1]


def _kind(file: File) -> str:
    return "TSV" if file.name.lower().removesuffix(".gz").endswith(".tsv") else "CSV"


def _renamed(columns: list[str], names: list[str], row: str) -> str:
    parts = [f"{column} AS {quote_identifier(new)}" for column, new in zip(columns, names, strict=True)]
    return ", ".join([*parts, f"{row} AS _row"])


def _layout(file: File) -> tuple[str, int]:
    """What stands between cells, and how many a record has: that with which the records agree best."""
    found = {delimiter: _widths(file, delimiter) for delimiter in file.separator or DELIMITERS}
    widths = {delimiter: Counter(counts).most_common(1)[0] for delimiter, counts in found.items() if counts}
    if not widths:
        raise DataError("the file is empty, or its first records cannot be read", where=file.name)
    best = max(widths, key=lambda delimiter: (widths[delimiter][0] > 1, widths[delimiter][1], widths[delimiter][0]))
    return best, widths[best][0]


def _widths(file: File, delimiter: str) -> list[int]:
    with file.path.open("rb") as stream:
        records = islice(cells(Lines(stream), delimiter, "CSV"), LOOKED_AT)
        return [len(record[1]) for record in records if not isinstance(record, Broken)]


def _is_import_ids(record: Sequence[str | None]) -> bool:
    """Whether a record is the third header row of Qualtrics; the second holds the wording of the questions."""
    filled = [cell for cell in record if cell]
    return bool(filled) and all(IMPORT_ID.match(cell) for cell in filled)


def _without_label_rows(
    below: DuckDBPyRelation, header: int, columns: Sequence[str], file: File, findings: Findings
) -> DuckDBPyRelation:
    """The records without the two rows that Qualtrics writes under its header."""
    second = below.filter(f"_row = {header + 2}").select(", ".join(columns)).fetchall()
    if not second or not _is_import_ids(second[0]):
        return below
    findings.add("header_rows", file.table, {"file": file.name, "problem": "rows 1 and 2 are labels and import ids"})
    return below.filter(f"_row > {header + 2}")


def _other_dialect(
    connection: DuckDBPyConnection, file: File, delimiter: str, width: int, findings: Findings
) -> DuckDBPyRelation | None:
    """All records from 0, if every one is well formed with backslash escapes, or in a TSV without quoting."""
    if rows := _fast(connection, file, delimiter, width, escape="\\"):
        findings.add("dialect", file.table, {"file": file.name, "problem": 'quotes in cells are escaped as \\"'})
        return rows
    rows = _fast(connection, file, delimiter, width, quote="", escape="") if delimiter == "\t" else None
    if rows is None:
        return None
    quoted = " OR ".join(f"c{at} LIKE '\"%'" for at in range(width))
    share = rows.aggregate(f"count(*) FILTER ({quoted}) / count(*)").fetchall()[0][0]
    if share > MOST_QUOTED:
        return None
    findings.add("dialect", file.table, {"file": file.name, "problem": "no cell is quoted"})
    return rows


def _fast(
    connection: DuckDBPyConnection, file: File, delimiter: str, width: int, quote: str = '"', escape: str = '"'
) -> DuckDBPyRelation | None:
    """All records from 0, if DuckDB finds nothing wrong with any."""
    table = unused(connection)
    columns = ", ".join(f"c{at}: 'VARCHAR'" for at in range(width))
    quoting = f"delim={quote_literal(delimiter)}, quote={quote_literal(quote)}, escape={quote_literal(escape)}"
    options = f"header=false, auto_detect=false, {quoting}, max_line_size={bounds.current().record_bytes}"
    scan = f"read_csv({quote_literal(escape_glob(file.path))}, {options}, columns={{{columns}}})"
    try:
        connection.execute(f"CREATE TABLE {table} AS FROM {scan}")
    except duckdb.Error:
        return None
    return connection.sql(f"SELECT *, rowid AS _row FROM {table}")


def _slow(
    connection: DuckDBPyConnection, file: File, delimiter: str, width: int, findings: Findings
) -> DuckDBPyRelation:
    """All records from 0 that have as many cells as they should; the others are findings."""
    table = unused(connection)
    columns = [f"c{at}" for at in range(width)]
    connection.execute(f"CREATE TABLE {table} ({', '.join(f'{column} VARCHAR' for column in columns)}, _row BIGINT)")
    schema = pa.schema([*(pa.field(column, pa.string()) for column in columns), pa.field("_row", pa.int64())])
    with file.path.open("rb") as stream:
        records = _records(cells(Lines(stream), delimiter, "CSV"), width, file, findings)
        while batch := [*islice(records, BATCH)]:
            rows = pa.Table.from_arrays([pa.array(column) for column in zip(*batch, strict=True)], schema=schema)
            connection.from_arrow(rows).insert_into(table)
    return connection.sql(f"FROM {table}")


def _records(
    found: Iterator[tuple[int, list[str]] | Broken], width: int, file: File, findings: Findings
) -> Iterator[list[str | int | None]]:
    for row, record in enumerate(found):
        if isinstance(record, Broken):
            line, problem = record.line, f"{record.reason}: {record.detail}"
        elif len(record[1]) != width:
            line, problem = record[0], f"{len(record[1])} cells where {width} are expected"
        else:
            yield [*(cell or None for cell in record[1]), row]
            continue
        findings.add("unreadable", file.table, {"file": file.name, "line": line, "_row": row, "problem": problem})
