"""A value outside the vocabulary is missing from every count and mapping."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables
from .. import Check

NAMED = {"item_id": "1", "side": None, "position": 0}


class KnownValues(Check):
    """Every value is in the vocabulary."""

    severity = "error"
    problem = "name|names a value that is not in the vocabulary"
    table = "mentions"
    unit = "mentions"
    needs = {"mentions": ["item_id", "side", "position", "value"], "vocabulary": ["value"]}
    passes = {"mentions": [{**NAMED, "value": "trust"}], "vocabulary": [{"value": "trust"}]}
    fails = {"mentions": [{**NAMED, "value": "Trust"}], "vocabulary": [{"value": "trust"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Mentions of values outside the vocabulary."""
        named, known = tables["mentions"].set_alias("n"), tables["vocabulary"].set_alias("k")
        unknown = named.join(known, "n.value = k.value", how="anti")
        return unknown.select("n.item_id, n.side, n.position, 'not in the vocabulary: ' || n.value AS problem")
