"""If both sides of a dilemma stand for the same values, there is nothing to weigh."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

NAMED = {"item_id": "1", "side": "to_do", "value": "trust"}


class SameValues(Check):
    """The sides of an item stand for different values."""

    severity = "warning"
    problem = "have|has the same values on every side"
    table = "mentions"
    unit = "items"
    per = ("item_id",)
    needs = {"mentions": ["item_id", "side", "value"]}
    passes = {"mentions": [NAMED, {**NAMED, "side": "not_to_do"}, {**NAMED, "value": "peace"}]}
    fails = {"mentions": [NAMED, {**NAMED, "side": "not_to_do"}, NAMED]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items with the same values on all of their sides."""
        return query(
            tables["mentions"],
            """SELECT item_id, array_to_string(min(named), ', ') AS problem FROM (
                SELECT item_id, side, list(DISTINCT value ORDER BY value) AS named FROM rows
                WHERE side IS NOT NULL GROUP BY item_id, side)
            GROUP BY item_id HAVING count(*) > 1 AND min(named) = max(named)""",
        )
