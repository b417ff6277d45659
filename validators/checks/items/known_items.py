"""A row that refers to a missing item is lost in every join."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

ABOUT = ("votes", "choices", "mentions", "stated", "distributions", "factors")
"""Views whose rows refer to an item."""


class KnownItems(Check):
    """Every reference to an item is to one that exists."""

    severity = "error"
    problem = "are|is referenced but missing from the items"
    table = "items"
    unit = "item IDs"
    needs = {"items": ["item_id"]}
    may_use = {view: ["item_id"] for view in ABOUT}
    passes = {"items": [{"item_id": "1"}], "votes": [{"item_id": "1"}]}
    fails = {"items": [{"item_id": "1"}], "votes": [{"item_id": "2"}], "mentions": [{"item_id": "1"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Item IDs missing from the items, with the view that refers to them and its number of rows."""
        links = tables["items"].select("NULL AS view, item_id")
        for view in ABOUT:
            if view in tables and "item_id" in tables[view].columns:
                links = links.union(tables[view].select(f"'{view}' AS view, item_id"))
        return query(
            links,
            """SELECT item_id, view, count(*) || ' rows refer to a missing item' AS problem FROM rows AS links
            WHERE view IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM rows AS items WHERE items.view IS NULL AND items.item_id = links.item_id)
            GROUP BY item_id, view""",
        )
