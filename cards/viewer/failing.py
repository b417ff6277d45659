"""The rows that fail a check, and the items that they belong to.

`browse.failing`: label (check and table), number of the item, table and key of the row, and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from ...validators.tables.sql import quote_literal
from ...validators.validate import failing_rows
from .collection import Collection
from .index import members
from .records import plain

MAX_FAILING = 10_000
"""Failing rows of a check that are looked up."""
TABLE = (
    "CREATE TABLE browse.failing (label VARCHAR, number INTEGER, row_table VARCHAR, row_key VARCHAR, problem VARCHAR)"
)
Finding = tuple[str, str]
"""A check and the table that it judged."""


def label(finding: Finding) -> str:
    """A finding as one text."""
    return "\n".join(finding)


class Failing:
    """Failing rows of a collection, looked up once for each finding."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.rows: dict[Finding, list[dict[str, Any]]] = {}
        self._lock = Lock()
        collection.connection.execute(TABLE)

    def look_up(self, findings: Sequence[Finding]) -> None:
        """Find the failing rows of these findings and their items, where that is not done yet."""
        with self._lock:
            wanted = [finding for finding in findings if finding not in self.rows]
            if not wanted:
                return
            path, options = self.collection.path, self.collection.options
            found = failing_rows(path, wanted, limit=MAX_FAILING, **options)
            for finding, rows in found.items():
                _place(self.collection, self.collection.cursor(), finding, rows)
                self.rows[finding] = [{name: plain(cell) for name, cell in row.items()} for row in rows]

    def problems(self, condition: str = "true") -> dict[int, list[dict[str, Any]]]:
        """Number of an item -> what is wrong with it, by the findings that were looked up."""
        sql = f"SELECT number, label, row_table, row_key, problem FROM browse.failing WHERE {condition}"
        found: dict[int, list[dict[str, Any]]] = {}
        for number, finding, table, key, problem in self.collection.cursor().sql(sql).fetchall():
            one = {"check": finding.partition("\n")[0], "table": table, "key": key, "problem": problem}
            found.setdefault(number, []).append(one)
        return found


def _place(collection: Collection, cursor: DuckDBPyConnection, finding: Finding, rows: list[dict[str, Any]]) -> None:
    """Note the items of failing rows, for rows that have the key of their table."""
    node = collection.nodes.get(finding[1])
    if node is None or not rows or not set(node.key_columns) <= set(rows[0]):
        return
    keys = {name: [None if row[name] is None else str(row[name]) for row in rows] for name in node.key_columns}
    problems = [str(row.get("problem", "")) for row in rows]
    cursor.register("_failing", pa.table({**keys, "problem": pa.array(problems, pa.string())}))
    numbered = f"SELECT {node.key} AS key, problem FROM _failing"
    cells = f"{quote_literal(label(finding))}, m.number, {quote_literal(node.table)}, m.key, f.problem"
    joined = f"({numbered}) f JOIN ({members(collection, node)}) m USING (key)"
    cursor.execute(f"INSERT INTO browse.failing SELECT {cells} FROM {joined}")
    cursor.unregister("_failing")
