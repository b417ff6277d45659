"""A variant in the test set whose original is in the training set leaks it."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables
from .. import Check

ITEMS: list[dict[str, Any]] = [
    {"item_id": "1", "parent_id": None, "split": "train"},
    {"item_id": "2", "parent_id": "1", "split": "train"},
]


class SplitLeakParent(Check):
    """Every item is in the same split as the item it is derived from."""

    severity = "error"
    problem = "are|is not in the split of the parent item"
    table = "items"
    unit = "items"
    needs = {"items": ["item_id", "parent_id", "split"]}
    repair = "split"
    passes = {"items": ITEMS}
    fails = {"items": [*ITEMS, {"item_id": "3", "parent_id": "1", "split": "test"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items that are not in the split of their parent."""
        made, parent = tables["items"].set_alias("m"), tables["items"].set_alias("p")
        apart = made.join(parent, "m.parent_id = p.item_id AND m.split <> p.split")
        return apart.select("m.item_id, m.parent_id, 'in ' || m.split || ', its parent in ' || p.split AS problem")
