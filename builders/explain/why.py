"""Explains one row: the rows it rests on, the asks behind it with their answers, and its judgements.

Rows come from the tables, asks from the journal, terms from the manifest. No API call is made; what a folder does not
hold is listed as missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from duckdb import DuckDBPyRelation

from ...schemas.errors import DataError
from ...schemas.explanation import AskRecord, Explanation, SourceRow, TableRow
from ...schemas.family_schema import row_types
from ...schemas.manifest import Manifest
from ...schemas.origin import parse
from ...schemas.row import Row, columns
from ...schemas.rows.reject import Reject
from ...schemas.rows.shared import BASIS
from ...schemas.run_layout import JOURNAL, REJECTS
from ...validators.judging.row_checks import failing_checks
from ...validators.readers.manifest import read_manifest
from ...validators.readers.run_folder import read, rejects
from ...validators.tables.sql import Tables, connect, key_text, quote_identifier, quote_literal
from ..storage.journal import Journal

REJECTED = "rejects"
"""Table of a reject in an explanation."""


def why(folder: Path, table: str, wanted: str) -> Explanation:
    """Explain a row, or the reject of one that is missing. Raises `DataError` if there is neither."""
    manifest = read_manifest(folder)
    with connect() as connection:
        tables, lost = read(connection, folder), rejects(connection, folder)
        types: dict[str, type[Row]] = {**types_of(folder, manifest, table), REJECTED: Reject}
        found = _row(tables, types, table, wanted)
        gone = [] if found else _rejected(lost, table, wanted)
        subject = found or (gone[0] if gone else row_of(folder, tables, types, table, wanted))
        rests_on = [*gone[1:], *ancestors(tables, types, subject)]
        judgements = list(_judgements(tables, types, subject))
        if gone and lost is not None:
            judgements += _rejected_judgements(lost, types, table, wanted)
        findings = list(failing_checks(tables, table, types[table], wanted)) if found else []
        compared = None if lost is None else _rejects(lost, subject.table, "kept_key", subject.key)
    asks, missing = _asks(folder, [subject, *rests_on, *judgements])
    missing += (
        [f"{REJECTS} is missing: it lists the rows that were removed in favour of this one"] if compared is None else []
    )
    return Explanation(
        subject=subject,
        rests_on=rests_on,
        origins=_origins([subject, *rests_on]),
        asks=asks,
        judgements=judgements,
        compared=compared or [],
        findings=findings,
        licence=manifest.recipe.license,
        sources=manifest.recipe.card.sources,
        missing=missing,
    )


def _origins(rows: list[TableRow]) -> list[SourceRow]:
    """The rows of other datasets that these rows were read from."""
    cells = [cell for each in rows for cell in each.row.values() if isinstance(cell, str)]
    return [SourceRow(**origin._asdict()) for cell in cells if (origin := parse(cell))]


def types_of(folder: Path, manifest: Manifest, table: str) -> dict[str, type[Row]]:
    """The row types of a dataset. Raises `DataError` if it has no such table."""
    types = row_types(manifest)
    if table not in types:
        raise DataError.unknown("no such table", table, types, where=str(folder))
    return types


def row_of(folder: Path, tables: Tables, types: Mapping[str, type[Row]], table: str, wanted: str) -> TableRow:
    """A row by its key. Raises `DataError` if there is none."""
    if (found := _row(tables, types, table, wanted)) is None:
        raise DataError("no such row", where=table, got=wanted, hint=f"`pluriset show {folder} {table}` lists some")
    return found


def _row(tables: Tables, types: Mapping[str, type[Row]], table: str, wanted: str) -> TableRow | None:
    found = (
        _rows(tables, types, table, f"{key_text(types[table])} = {quote_literal(wanted)}") if table in tables else []
    )
    return next(iter(found), None)


def _rows(tables: Tables, types: Mapping[str, type[Row]], table: str, condition: str) -> list[TableRow]:
    relation = tables[table].filter(condition)
    listed = relation.select(f"{key_text(types[table])} AS key, *").fetchall()
    names = relation.columns
    return [TableRow(table=table, key=row[0], row=dict(zip(names, row[1:], strict=True))) for row in listed]


def ancestors(tables: Tables, types: Mapping[str, type[Row]], start: TableRow) -> Iterator[TableRow]:
    """Every row that this one rests on, nearest first, each once."""
    waiting, seen = [start], {(start.table, start.key)}
    while waiting:
        one = waiting.pop(0)
        for table, target in _pointers(types, one):
            if (table, target) in seen or (found := _row(tables, types, table, target)) is None:
                continue
            seen.add((table, target))
            waiting.append(found)
            yield found


def _pointers(types: Mapping[str, type[Row]], one: TableRow) -> Iterator[tuple[str, str]]:
    """Table and key of every row that this one rests on: its basis, and what its keys point to."""
    yield from ((ref["table"], ref["key"]) for ref in one.row.get(BASIS) or () if ref["table"] in types)
    if one.table == REJECTED and one.row["kept_key"]:
        yield one.row["table"], one.row["kept_key"]
    for column in columns(types[one.table]):
        value = one.row.get(column.name)
        if value is not None and column.foreign:
            yield column.foreign.table, str(value)
        elif value is not None and column.item_of and one.row[column.item_of] in types:
            yield one.row[column.item_of], str(value)


def _judgements(tables: Tables, types: Mapping[str, type[Row]], subject: TableRow) -> Iterator[TableRow]:
    """The rows of all tables that have the subject as their item."""
    for table, row_type in types.items():
        for column in columns(row_type):
            if column.item_of and table in tables:
                of_table = f"{quote_identifier(column.item_of)} = {quote_literal(subject.table)}"
                of_key = f"{quote_identifier(column.name)} = {quote_literal(subject.key)}"
                yield from _rows(tables, types, table, f"{of_table} AND {of_key}")


def _rejected(lost: DuckDBPyRelation | None, table: str, wanted: str) -> list[TableRow]:
    """The rejects of a row or seed."""
    rejects = [] if lost is None else _rejects(lost, table, "key", wanted)
    return [TableRow(table=REJECTED, key=wanted, row=reject.model_dump()) for reject in rejects]


def _rejected_judgements(
    lost: DuckDBPyRelation, types: Mapping[str, type[Row]], table: str, wanted: str
) -> Iterator[TableRow]:
    """The judgements that were removed with the row that they judged."""
    for judging, row_type in types.items():
        for column in columns(row_type):
            if column.item_of:
                cells = {column.item_of: table, column.name: wanted}
                pointing = " AND ".join(
                    f"json_extract_string(row, {quote_literal(f'$.{name}')}) = {quote_literal(value)}"
                    for name, value in cells.items()
                )
                of_table = f'"table" = {quote_literal(judging)} AND CASE WHEN json_valid(row) THEN {pointing} END'
                found = lost.filter(of_table).select("key, row").fetchall()
                yield from (TableRow(table=judging, key=key, row=json.loads(row)) for key, row in found)


def _rejects(lost: DuckDBPyRelation, table: str, column: str, key: str) -> list[Reject]:
    chosen = lost.filter(f'"table" = {quote_literal(table)} AND {quote_identifier(column)} = {quote_literal(key)}')
    return [Reject(**dict(zip(chosen.columns, row, strict=True))) for row in chosen.fetchall()]


def _asks(folder: Path, rows: list[TableRow]) -> tuple[list[AskRecord], list[str]]:
    """The asks behind these rows, and what the journal lacks."""
    digests = dict.fromkeys(digest for found in rows if (digest := found.row.get("digest")))
    if not (folder / JOURNAL).is_dir():
        return [], ["the run has no journal: it is published on request only"] if digests else []
    journal = Journal(folder / JOURNAL)
    try:
        found = {digest: _asked(journal, digest) for digest in digests}
    finally:
        journal.close()
    missing = [f"the journal has no answer {digest}" for digest, ask in found.items() if ask is None]
    return [ask for ask in found.values() if ask is not None], missing


def _asked(journal: Journal, digest: str) -> AskRecord | None:
    try:
        record = journal.record(bytes.fromhex(digest))
        if record is None:
            return None
        ask = record["ask"]
        teacher = (journal.context(ask["context"]) or {}).get("teacher", {})
        return AskRecord.model_validate({**ask, "digest": digest, "teacher": teacher, "answer": record["answer"]})
    except (KeyError, TypeError, ValueError):
        raise DataError("not the record of an ask", where=str(journal.folder), got=digest) from None
