"""A dilemma with values on only one side is not a dilemma."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

NAMED = {"item_id": "1", "side": "to_do", "value": "trust"}


class MissingSides(Check):
    """Every item has values on every side."""

    severity = "warning"
    problem = "have|has a side without values"
    table = "mentions"
    unit = "items"
    per = ("item_id",)
    needs = {"mentions": ["item_id", "side", "value"]}
    passes = {"mentions": [NAMED, {**NAMED, "side": "not_to_do"}, {**NAMED, "item_id": "2", "side": None}]}
    fails = {"mentions": [NAMED, {**NAMED, "side": "not_to_do"}, {**NAMED, "item_id": "2"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items with the sides that have no values."""
        return query(
            tables["mentions"],
            """WITH sides AS (SELECT DISTINCT side FROM rows WHERE side IS NOT NULL),
            there AS (SELECT DISTINCT item_id, side FROM rows WHERE side IS NOT NULL AND value IS NOT NULL),
            items AS (SELECT DISTINCT item_id FROM rows WHERE side IS NOT NULL),
            wanted AS (SELECT item_id, side FROM items, sides)
            SELECT item_id, 'no values for ' || string_agg(side, ', ' ORDER BY side) AS problem
            FROM wanted ANTI JOIN there USING (item_id, side) GROUP BY item_id""",
        )
