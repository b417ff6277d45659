"""Two spellings of a value are counted as two values."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from ...tables.vocabulary import spelling_variants
from .. import Check


class ValueSpellingVariants(Check):
    """No two values differ only in case, white space, hyphens or quotes."""

    severity = "warning"
    problem = "are|is a spelling variant of another value"
    table = "vocabulary"
    unit = "values"
    per = ("value",)
    needs = {"vocabulary": ["value"]}
    passes = {"vocabulary": [{"value": "self-respect"}, {"value": "respect"}]}
    fails = {"vocabulary": [{"value": "self-respect"}, {"value": "Self respect"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """All but one spelling of each value."""
        values = query(tables["vocabulary"], "SELECT DISTINCT 'value' AS \"column\", value, 1 AS rows FROM rows")
        return query(spelling_variants(values), "SELECT value, problem FROM rows")
