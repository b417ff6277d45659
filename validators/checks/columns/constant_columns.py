"""A constant column carries no information, or its values were lost."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.column_stats import column_counts
from ...tables.sql import Tables, query, quote_identifier, quote_literal
from .. import Check

NONE = "SELECT '' AS \"column\", '' AS problem WHERE false"


class ConstantColumns(Check):
    """Every column has more than one value."""

    severity = "info"
    problem = "have|has a single value"
    table = "*"
    unit = "columns"
    needs = {"*": []}
    by_column = True
    implied_by_row_type = True
    passes = {"*": [{"_row": 1, "label": "a"}, {"_row": 2, "label": None}]}
    fails = {"*": [{"_row": 1, "label": "a", "note": None}, {"_row": 2, "label": "a", "note": None}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Columns with a single value in all rows, and the value; tables of one row pass."""
        rows = tables["*"]
        few = [column for column, counts in column_counts(rows).items() if counts.distinct <= 2 and column != "split"]
        cases = [_constant(column, quote_identifier(column)) for column in few]
        if not cases:
            return query(rows, NONE)
        return query(
            rows,
            f"""SELECT one.column, one.problem FROM (SELECT unnest([{", ".join(cases)}]) AS one FROM rows)
            WHERE one.problem IS NOT NULL""",
        )


def _constant(column: str, value: str) -> str:
    return f"""{{'column': {quote_literal(column)}, 'problem': CASE WHEN count(*) < 2 THEN NULL
        WHEN count({value}) = 0 THEN 'always null'
        WHEN count({value}) = count(*) AND min({value}) = max({value})
        THEN 'always ' || left(CAST(min({value}) AS VARCHAR), 100) END}}"""
