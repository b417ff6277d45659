"""Pairs of one dialogue in different splits are close to a leak of the text."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...stats.split_overlap import split_overlap
from ...tables.sql import Tables, query
from .. import Check

PAIR = {"group_id": "a", "split": "train"}


class SplitLeakPairGroup(Check):
    """No group of pairs, such as a dialogue, is in more than one split."""

    severity = "error"
    problem = "are|is in more than one split"
    table = "pairs"
    unit = "groups"
    per = ("group_id",)
    needs = {"pairs": ["group_id", "split"]}
    repair = "split"
    passes = {"pairs": [PAIR, PAIR, {"group_id": "b", "split": "test"}]}
    fails = {"pairs": [PAIR, {**PAIR, "split": "test"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Groups with their number of pairs and their splits."""
        return query(tables["pairs"], split_overlap("group_id", "group_id", "group_id IS NOT NULL"))
