"""JSON lines: one object a line."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import ClassVar

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ..findings import SHOWN, Findings
from ..format import File, Format, loaded
from ..lines import LONGEST
from ..records import typed


class Jsonl(Format):
    """JSON lines; a line that is torn is left out and told."""

    suffixes: ClassVar = (".jsonl", ".ndjson")

    def read(self, connection: DuckDBPyConnection, file: File, findings: Findings) -> DuckDBPyRelation:
        """The columns that the objects have together; `_row` counts the lines that are not blank."""
        options = f"format='newline_delimited', ignore_errors=true, maximum_object_size={LONGEST}"
        table = loaded(connection, file, f"SELECT json FROM read_json_objects({{path}}, {options})")
        torn = connection.sql(f"SELECT rowid FROM {table} WHERE json IS NULL ORDER BY rowid").fetchall()
        if torn:
            shown = [row for (row,) in torn[:SHOWN]]
            for line, row in zip(_lines(file.path, shown), shown, strict=True):
                found = {"file": file.name, "line": line, "_row": row + 1, "problem": "not JSON"}
                findings.add("unreadable", file.table, found)
            findings.more("unreadable", file.table, len(torn) - len(shown))
        return typed(connection, table, file, findings)


def _lines(path: Path, records: list[int]) -> list[int]:
    """The lines on which records are, both in order; the first record is 0 and the first line is 1."""
    wanted = set(records)
    with path.open("rb") as stream:
        full = (line for line, content in enumerate(stream, 1) if not content.isspace())
        return [line for record, line in enumerate(islice(full, records[-1] + 1)) if record in wanted]
