"""An item without a correct choice cannot be scored."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class GoldChoice(Check):
    """Every item has a correct choice, if any does."""

    severity = "error"
    problem = "have|has no correct choice"
    table = "choices"
    unit = "items"
    per = ("item_id",)
    needs = {"choices": ["item_id", "gold"]}
    passes = {
        "choices": [{"item_id": "1", "gold": True}, {"item_id": "1", "gold": False}, {"item_id": "2", "gold": None}]
    }
    fails = {
        "choices": [{"item_id": "1", "gold": True}, {"item_id": "2", "gold": False}, {"item_id": "2", "gold": False}]
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items whose choices are all marked incorrect; a choice with a null mark leaves the item out."""
        return query(
            tables["choices"],
            """SELECT item_id, 'none of ' || count(*) || ' choices is correct' AS problem FROM rows
            GROUP BY item_id HAVING bool_and(gold IS NOT NULL) AND NOT bool_or(gold)""",
        )
