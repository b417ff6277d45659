"""Turns of a dialogue, or variants of a scenario, in different splits are close to a leak of the text."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...stats.split_overlap import split_overlap
from ...tables.sql import Tables, query
from .. import Check

ITEM = {"group_id": "a", "split": "train"}


class SplitLeakGroup(Check):
    """No group of items, such as a dialogue or scenario, is in more than one split."""

    severity = "error"
    problem = "are|is in more than one split"
    table = "items"
    unit = "groups"
    per = ("group_id",)
    needs = {"items": ["group_id", "split"]}
    repair = "split"
    passes = {"items": [ITEM, ITEM, {"group_id": "b", "split": "test"}]}
    fails = {"items": [ITEM, {**ITEM, "split": "test"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Groups with their number of items and their splits."""
        return query(tables["items"], split_overlap("group_id", "group_id", "group_id IS NOT NULL"))
