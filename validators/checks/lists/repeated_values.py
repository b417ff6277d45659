"""A value that is repeated in a list counts twice."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

NAMED = {"item_id": "1", "side": "to_do", "value": "trust"}
OTHER = {**NAMED, "side": "not_to_do"}


class RepeatedValues(Check):
    """No list names a value more than once, in whatever spelling."""

    severity = "warning"
    problem = "name|names a value more than once"
    table = "mentions"
    unit = "lists"
    per = ("item_id", "side")
    needs = {"mentions": ["item_id", "side", "value"]}
    passes = {"mentions": [NAMED, OTHER]}
    fails = {"mentions": [NAMED, NAMED, OTHER, {**OTHER, "value": "Trust"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Lists with their repeated values."""
        return query(
            tables["mentions"],
            """SELECT item_id, side, string_agg(spellings, ', ' ORDER BY spellings) AS problem
            FROM (SELECT item_id, side, string_agg(DISTINCT value, ' = ' ORDER BY value) AS spellings
                FROM rows WHERE value IS NOT NULL GROUP BY item_id, side, norm(value) HAVING count(*) > 1)
            GROUP BY item_id, side""",
        )
