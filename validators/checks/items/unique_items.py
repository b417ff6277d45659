"""An ID shared by two items joins them by mistake."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class UniqueItems(Check):
    """Every item has an ID that is unique within its split."""

    severity = "error"
    problem = "are|is missing or shared by several items"
    table = "items"
    unit = "item IDs"
    per = ("item_id",)
    needs = {"items": ["item_id"]}
    may_use = {"items": ["split"]}
    passes = {"items": [{"item_id": "1", "split": "train"}, {"item_id": "1", "split": "test"}]}
    fails = {"items": [{"item_id": "1"}, {"item_id": "1"}, {"item_id": None}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """IDs shared by several items, and missing ones."""
        split = ", split" if "split" in tables["items"].columns else ""
        return query(
            tables["items"],
            f"""SELECT item_id{split}, CASE WHEN item_id IS NULL THEN 'no ID' ELSE count(*) || ' items' END AS problem
            FROM rows GROUP BY item_id{split} HAVING count(*) > 1 OR item_id IS NULL""",
        )
