"""A text in two splits leaks the test set."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...stats.split_overlap import split_overlap
from ...tables.sql import Tables, query
from .. import Check

ITEM = {"item_id": "1", "text": "Lying", "split": "train"}


class SplitLeak(Check):
    """No text is in more than one split."""

    severity = "error"
    problem = "are|is in more than one split"
    table = "items"
    unit = "texts"
    per = ("text",)
    needs = {"items": ["item_id", "text", "split"]}
    repair = "split"
    passes = {"items": [ITEM, {**ITEM, "item_id": "2"}, {**ITEM, "item_id": "3", "text": "lying", "split": "test"}]}
    fails = {"items": [ITEM, {**ITEM, "item_id": "2", "split": "test"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row per text, with its lowest ID."""
        return query(tables["items"], split_overlap("item_id", "hash(text)", "text IS NOT NULL"))
