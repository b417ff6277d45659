"""A value on both sides of a dilemma speaks for neither."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

NAMED = {"item_id": "1", "side": "to_do", "value": "trust"}


class OverlappingSides(Check):
    """No value is on more than one side of an item."""

    severity = "info"
    problem = "have|has a value on more than one side"
    table = "mentions"
    unit = "items"
    per = ("item_id",)
    needs = {"mentions": ["item_id", "side", "value"]}
    passes = {"mentions": [NAMED, {**NAMED, "side": "not_to_do", "value": "peace"}, {**NAMED, "side": None}]}
    fails = {"mentions": [NAMED, {**NAMED, "side": "not_to_do"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items with the values on more than one side."""
        return query(
            tables["mentions"],
            """SELECT item_id, string_agg(value, ', ' ORDER BY value) AS problem FROM (
                SELECT item_id, value FROM rows GROUP BY item_id, value HAVING count(DISTINCT side) > 1)
            GROUP BY item_id""",
        )
