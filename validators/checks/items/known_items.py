"""A row that refers to a missing item is lost in every join."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

ABOUT = ("annotations", "votes", "choices", "mentions", "stated", "distributions", "factors")
"""Views whose rows refer to an item."""


class KnownItems(Check):
    """Every reference to an item is to one that exists."""

    severity = "error"
    problem = "are|is referenced but missing from the items"
    table = "items"
    unit = "item IDs"
    needs = {"items": ["item_id"]}
    may_use = {view: ["item_id"] for view in ABOUT} | {"annotations": ["item_id", "item_table"]}
    passes = {
        "items": [{"item_id": "1"}],
        "votes": [{"item_id": "1"}],
        "annotations": [{"item_id": "q1", "item_table": "items"}, {"item_id": "2", "item_table": "pairs"}],
    }
    fails = {
        "items": [{"item_id": "1"}],
        "votes": [{"item_id": "2"}],
        "annotations": [{"item_id": "1", "item_table": "items"}, {"item_id": "3", "item_table": "items"}],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Item IDs missing from the items, with the view that refers to them and its number of rows.

        Annotations count only where others with the same prefix fit the items: else they are about something else.
        """
        links = tables["items"].select("NULL AS view, item_id")
        for view in ABOUT:
            if view in tables and "item_id" in tables[view].columns:
                rows = tables[view]
                about = rows.filter("item_table = 'items'") if "item_table" in rows.columns else rows
                links = links.union(about.select(f"'{view}' AS view, item_id"))
        return query(links, MISSING)


MISSING = """
WITH items AS (SELECT item_id FROM rows WHERE view IS NULL),
links AS (SELECT view, item_id, regexp_extract(CAST(item_id AS VARCHAR), '^[^/]*/') AS prefix
    FROM rows WHERE view IS NOT NULL),
fitting AS (SELECT prefix FROM links SEMI JOIN items USING (item_id) WHERE view = 'annotations')
SELECT item_id, view, count(*) || ' rows refer to a missing item' AS problem
FROM links ANTI JOIN items USING (item_id)
WHERE view <> 'annotations' OR prefix IN (FROM fitting)
GROUP BY item_id, view
"""
