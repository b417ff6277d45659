"""One JSON document: a list of records, columns by name, records by key, or lines after all."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ....schemas.errors import DataError
from ..findings import Findings
from ..format import File, Format, loaded, unreadable, unused
from ..lines import LONGEST
from ..records import DEEPEST, too_deep, typed
from ..shapes import records
from .jsonl import Jsonl

LARGEST = 2**30
"""Bytes of a document that is not a list; it is held in memory."""
START = 2**16
"""Bytes that tell what a document is."""
SHOWN = 40
"""Bytes of what is none."""


class Json(Format):
    """A JSON file, in any of the shapes that pandas and the Hub know."""

    suffixes: ClassVar = (".json",)

    def read(self, connection: DuckDBPyConnection, file: File, findings: Findings) -> DuckDBPyRelation:
        """Records in the order of the file; where they have keys, those are the column `key`."""
        with file.path.open("rb") as stream:
            start = stream.read(START).lstrip()
            stream.seek(-min(START, file.path.stat().st_size), 2)
            end = stream.read().rstrip()
        if not start:
            raise DataError("the file is empty", where=file.name)
        if start.startswith(b"["):
            if not end.endswith(b"]"):
                findings.add("unreadable", file.table, {"file": file.name, "problem": "the list has no end"})
            return self._list(connection, file, findings)
        if _is_lines(connection, file.path):
            return Jsonl().read(connection, file, findings)
        return self._object(connection, file, start, findings)

    def _list(self, connection: DuckDBPyConnection, file: File, findings: Findings) -> DuckDBPyRelation:
        options = f"format='array', maximum_object_size={LONGEST}"
        table = loaded(connection, file, f"SELECT json FROM read_json_objects({{path}}, {options})")
        return typed(connection, _as_objects(connection, table), file, findings)

    def _object(self, connection: DuckDBPyConnection, file: File, start: bytes, findings: Findings) -> DuckDBPyRelation:
        if start[:1] != b"{":
            expected = "a list of objects, or an object"
            raise DataError("no table", where=file.name, got=start[:SHOWN].decode(errors="replace"), expected=expected)
        size = file.path.stat().st_size
        if size > LARGEST:
            hint = "write its records as JSON lines"
            raise DataError("too large for one JSON object", where=file.name, got=f"{size:,} bytes", hint=hint)
        if too_deep(file.path.read_text()):
            raise DataError("nested too deeply", where=file.name, got=f"over {DEEPEST} levels")
        options = f"format='unstructured', maximum_object_size={max(size, LONGEST) + 1}"
        table = loaded(connection, file, f"SELECT json FROM read_json_objects({{path}}, {options})")
        try:
            made = unused(connection)
            connection.execute(f"CREATE TABLE {made} AS {records(connection, table)}")
            connection.execute(f"DROP TABLE {table}")
        except duckdb.Error as error:
            raise unreadable(file, error) from None
        return typed(connection, made, file, findings)


def _is_lines(connection: DuckDBPyConnection, path: Path) -> bool:
    """Whether the first line is an object by itself, and is not the only line."""
    with path.open("rb") as stream:
        first, after = stream.readline(LONGEST), stream.read(START)
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
