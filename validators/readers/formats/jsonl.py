"""JSON lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import ClassVar

from duckdb import DuckDBPyConnection, DuckDBPyRelation
from pydantic_core import from_json

from ....schemas import bounds
from ....schemas.errors import DataError
from ..findings import Findings
from ..format import File, Format, loaded
from ..json_columns import typed
from ..lines import Lines, TooLong, undecodable
from ..record import Broken, Record, require

LOOKED_AT = 100
"""Records whose keys are taken for the columns of the file."""
LONGEST_DETAIL = 100
"""Characters of a broken line that a detail shows."""
LIST = "a list"


class Jsonl(Format):
    """JSON lines; a line that is torn is left out and becomes a finding."""

    suffixes: ClassVar = (".jsonl", ".ndjson")

    def read(self, connection: DuckDBPyConnection, file: File, findings: Findings) -> DuckDBPyRelation:
        """The columns that the objects have together; `_row` counts the lines that are not blank."""
        options = f"format='newline_delimited', ignore_errors=true, maximum_object_size={bounds.current().record_bytes}"
        table = loaded(connection, file, f"SELECT json FROM read_json_objects({{path}}, {options})")
        torn = connection.sql(f"SELECT rowid FROM {table} WHERE json IS NULL ORDER BY rowid").fetchall()
        if torn:
            shown = [row for (row,) in torn[: findings.most]]
            for line, row in zip(_lines(file.path, shown), shown, strict=True):
                found = {"file": file.name, "line": line, "_row": row + 1, "problem": "not JSON"}
                findings.add("unreadable", file.table, found)
            findings.more("unreadable", file.table, len(torn) - len(shown))
        return typed(connection, table, file, findings)

    def records(self, file: File, wanted: Sequence[str]) -> Iterator[Record | Broken]:
        """One for each line that is not blank; the columns are the keys of the first records."""
        with file.path.open("rb") as stream:
            require(wanted, _columns(file, islice(_objects(Lines(stream)), LOOKED_AT)), file.name)
            stream.seek(0)
            yield from _objects(Lines(stream))


def _columns(file: File, first: Iterable[Record | Broken]) -> list[str]:
    """The keys of some records. Raises `DataError` if none can be read, or if they are in a list."""
    columns: dict[str, None] = {}
    broken: list[Broken] = []
    for record in first:
        if isinstance(record, Record):
            columns.update(dict.fromkeys(record.cells))
        else:
            broken.append(record)
    if not columns and not broken:
        raise DataError("the file is empty", where=file.name)
    if broken and (not columns or (broken[0].line == 1 and broken[0].detail == LIST)):
        raise DataError(
            broken[0].reason,
            where=f"{file.name}: line {broken[0].line}",
            got=broken[0].detail,
            expected="one JSON object a line",
            hint="the name of a file that holds one JSON list ends in .json" if broken[0].detail == LIST else None,
        )
    return list(columns)


def _objects(lines: Lines) -> Iterator[Record | Broken]:
    while True:
        number = lines.begin()
        try:
            line = next(lines, None)
        except TooLong as error:
            yield Broken(number, "record is too long", str(error))
            continue
        if line is None:
            return
        if not line.isspace():
            yield parse_object(number, line)


def parse_object(number: int, line: str) -> Record | Broken:
    """One JSON object, written on the line of this number."""
    if byte := undecodable(line):
        return Broken(number, "record is not UTF-8", byte)
    if line.lstrip().startswith("["):
        return Broken(number, "line is not a JSON object", LIST)
    try:
        value = from_json(line)
    except ValueError as error:
        return Broken(number, "line is not JSON", str(error).replace("line 1 column", "column"))
    if isinstance(value, dict):
        return Record(number, value)
    return Broken(number, "line is not a JSON object", line.strip()[:LONGEST_DETAIL])


def _lines(path: Path, records: list[int]) -> list[int]:
    """The lines on which records are, both in order; the first record is 0 and the first line is 1."""
    wanted = set(records)
    with path.open("rb") as stream:
        full = (line for line, content in enumerate(stream, 1) if not content.isspace())
        return [line for record, line in enumerate(islice(full, records[-1] + 1)) if record in wanted]
