"""One JSON document: a list of records, columns by name, records by key, or lines after all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ....schemas import bounds
from ....schemas.errors import DataError
from ...tables.sql import connect
from ..findings import Findings
from ..format import File, Format, loaded, unreadable, unused
from ..json_columns import too_deep, typed
from ..json_shapes import records_query
from ..record import Broken, Record, require
from .jsonl import LOOKED_AT, Jsonl, parse_object

START = 2**16
"""Bytes that tell what a document is."""
BATCH = 1000
"""Records that Python holds at once."""
NO_END = "the list has no end"
SHOWN = 40
"""Bytes of what is none."""


class Json(Format):
    """A JSON file, in any of the shapes that pandas and the Hub know."""

    suffixes: ClassVar = (".json",)

    def read(self, connection: DuckDBPyConnection, file: File, findings: Findings) -> DuckDBPyRelation:
        """Records in the order of the file; where they have keys, those are the column `key`."""
        start, end = _ends(file)
        if start.startswith(b"["):
            if not end.endswith(b"]"):
                findings.add("unreadable", file.table, {"file": file.name, "problem": NO_END})
            return typed(connection, _as_objects(connection, _list(connection, file)), file, findings)
        if _is_lines(connection, file.path):
            return Jsonl().read(connection, file, findings)
        return typed(connection, _object(connection, file, start), file, findings)

    def records(self, file: File, wanted: Sequence[str]) -> Iterator[Record | Broken]:
        """The same records, numbered from 1; the columns are the keys of the first records."""
        start, end = _ends(file)
        with connect() as connection:
            if not start.startswith(b"[") and _is_lines(connection, file.path):
                yield from Jsonl().records(file, wanted)
                return
            is_list = start.startswith(b"[")
            table = _as_objects(connection, _list(connection, file)) if is_list else _object(connection, file, start)
            first = connection.sql(f"SELECT json_keys(json) FROM {table} ORDER BY rowid LIMIT {LOOKED_AT}").fetchall()
            require(wanted, [*dict.fromkeys(key for (keys,) in first for key in keys or [])], file.name)
            documents = connection.sql(f"SELECT json::VARCHAR AS json FROM {table} ORDER BY rowid")
            number = 0
            for number, document in enumerate(_documents(documents), 1):
                yield parse_object(number, document)
            if is_list and not end.endswith(b"]"):
                yield Broken(number + 1, NO_END, end[-SHOWN:].decode(errors="replace"))


def _ends(file: File) -> tuple[bytes, bytes]:
    """The first and the last bytes. Raises `DataError` if there are none."""
    with file.path.open("rb") as stream:
        start = stream.read(START).lstrip()
        stream.seek(-min(START, file.path.stat().st_size), 2)
        end = stream.read().rstrip()
    if not start:
        raise DataError("the file is empty", where=file.name)
    return start, end


def _list(connection: DuckDBPyConnection, file: File) -> str:
    """A table of the items of a list."""
    options = f"format='array', maximum_object_size={bounds.current().record_bytes}"
    return loaded(connection, file, f"SELECT json FROM read_json_objects({{path}}, {options})")


def _object(connection: DuckDBPyConnection, file: File, start: bytes) -> str:
    """A table of the records inside one object. Raises `DataError`."""
    if start[:1] != b"{":
        expected = "a list of objects, or an object"
        raise DataError("no table", where=file.name, got=start[:SHOWN].decode(errors="replace"), expected=expected)
    size = file.path.stat().st_size
    if size > bounds.current().json_bytes:
        raise bounds.exceeded("json_bytes", file.name, size)
    if too_deep(file.path.read_text(encoding="utf-8", errors="replace")):
        raise bounds.exceeded("json_depth", file.name)
    options = f"format='unstructured', maximum_object_size={max(size, bounds.current().record_bytes) + 1}"
    table = loaded(connection, file, f"SELECT json FROM read_json_objects({{path}}, {options})")
    try:
        made = unused(connection)
        connection.execute(f"CREATE TABLE {made} AS {records_query(connection, table)}")
        connection.execute(f"DROP TABLE {table}")
    except duckdb.Error as error:
        raise unreadable(file, error) from None
    return made


def _documents(rows: DuckDBPyRelation) -> Iterator[str]:
    for batch in rows.to_arrow_reader(BATCH):
        yield from batch["json"].to_pylist()


def _is_lines(connection: DuckDBPyConnection, path: Path) -> bool:
    """Whether the first line is an object by itself, and is not the only line."""
    with path.open("rb") as stream:
        first, after = stream.readline(bounds.current().record_bytes), stream.read(START)
    valid = connection.sql("SELECT json_valid($line)", params={"line": first.decode(errors="replace")}).fetchall()[0][0]
    return bool(valid and after.strip())


def _as_objects(connection: DuckDBPyConnection, table: str) -> str:
    """A list without objects becomes a table with the one column `value`."""
    (objects,) = connection.sql(f"SELECT count(*) FROM {table} WHERE json_type(json) = 'OBJECT'").fetchall()[0]
    if objects:
        return table
    made = unused(connection)
    connection.execute(f"CREATE TABLE {made} AS SELECT json_object('value', json) AS json FROM {table}")
    connection.execute(f"DROP TABLE {table}")
    return made
