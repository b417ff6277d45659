"""Parallel lists of different lengths cannot be aligned."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

LIST = {"item_id": "1", "bundle": "values", "list": "names", "length": 2}


class MisalignedLists(Check):
    """Parallel lists have the same length."""

    severity = "error"
    problem = "have|has lists of different lengths"
    table = "lists"
    unit = "list groups"
    per = ("item_id", "bundle")
    needs = {"lists": ["item_id", "bundle", "list", "length"]}
    passes = {"lists": [LIST, {**LIST, "list": "reasons"}, {**LIST, "bundle": "parties", "length": 5}]}
    fails = {"lists": [LIST, {**LIST, "list": "reasons", "length": 3}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items with the lengths of their lists; a missing list has none."""
        return query(
            tables["lists"],
            """SELECT item_id, bundle, string_agg(list || ': ' || coalesce(length::VARCHAR, 'none'), ', ' ORDER BY list)
                AS problem FROM rows GROUP BY item_id, bundle
            HAVING min(length) < max(length) OR count(length) BETWEEN 1 AND count(*) - 1""",
        )
