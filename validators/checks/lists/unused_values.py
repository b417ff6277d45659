"""A value of the vocabulary that never occurs has no data."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables
from .. import Check


class UnusedValues(Check):
    """Every value of the vocabulary is used."""

    severity = "info"
    problem = "are|is never used"
    table = "vocabulary"
    unit = "values"
    per = ("value",)
    needs = {"mentions": ["value"], "vocabulary": ["value"]}
    passes = {"mentions": [{"value": "trust"}], "vocabulary": [{"value": "trust"}]}
    fails = {"mentions": [{"value": "trust"}], "vocabulary": [{"value": "trust"}, {"value": "peace"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Values of the vocabulary without mentions."""
        named, known = tables["mentions"].set_alias("n"), tables["vocabulary"].set_alias("k")
        return known.join(named, "n.value = k.value", how="anti").select("k.value, 'never used' AS problem")
