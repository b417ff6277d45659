"""A value outside the vocabulary is in no count, no map and no theory."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..check import Check
from ..tables import Tables


class KnownValues(Check):
    """Every value that is named is in the vocabulary."""

    severity = "error"
    table = "mentions"
    needs = {"mentions": ["item_id", "side", "value"], "vocabulary": ["value"]}
    passes = {"mentions": [{"item_id": "1", "side": None, "value": "trust"}], "vocabulary": [{"value": "trust"}]}
    fails = {"mentions": [{"item_id": "1", "side": None, "value": "Trust"}], "vocabulary": [{"value": "trust"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Mentions of other values."""
        named, known = tables["mentions"].set_alias("n"), tables["vocabulary"].set_alias("k")
        unknown = named.join(known, "n.value = k.value", how="anti")
        return unknown.select("n.item_id, n.side, 'not in the vocabulary: ' || n.value AS problem")
