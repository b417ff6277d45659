"""A text in two splits leaks the test set even if case, white space or final punctuation differ."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...stats.split_overlap import split_overlap
from ...tables.sql import Tables, query
from .. import Check

ITEM = {"item_id": "1", "text": "Lying", "split": "train"}


class SplitLeakNormalised(Check):
    """No text is in more than one split, ignoring case, white space and final punctuation."""

    severity = "error"
    problem = "are|is in more than one split but for case, white space or final punctuation"
    table = "items"
    unit = "texts"
    per = ("text",)
    needs = {"items": ["item_id", "text", "split"]}
    repair = "split"
    passes = {"items": [ITEM, {**ITEM, "item_id": "2", "split": "test"}]}
    fails = {"items": [ITEM, {**ITEM, "item_id": "2", "split": "test", "text": "lying."}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row per text, with its lowest ID; `split_leak` covers exact duplicates."""
        texts = split_overlap("item_id", "hash(norm(text))", "text IS NOT NULL")
        return query(tables["items"], f"{texts} AND count(DISTINCT hash(text)) > 1 AND count(DISTINCT split) > 1")
