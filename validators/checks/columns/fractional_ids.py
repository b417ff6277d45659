"""Integer IDs with a null among them are often converted to floats, which no longer join."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query, quote_identifier, quote_literal
from .. import Check

FLOATS = ("float", "double")
AN_ID = ("id", "ids", "idx")
NONE = "SELECT '' AS \"column\", '' AS problem WHERE false"


class FractionalIds(Check):
    """No ID column holds floating-point numbers."""

    severity = "warning"
    problem = "hold|holds IDs as floating-point numbers"
    table = "*"
    unit = "columns"
    needs = {"*": []}
    by_column = True
    passes = {
        "*": [
            {"_row": 1, "user_id": 7, "grid": 0.5, "empty_id": None},
            {"_row": 2, "user_id": None, "grid": 1.0, "empty_id": None},
        ]
    }
    fails = {"*": [{"_row": 1, "user_id": 7.0}, {"_row": 2, "user_id": None}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Float columns of whole numbers named like an ID, with a value."""
        rows = tables["*"]
        typed = zip(rows.columns, rows.types, strict=True)
        found = [c for c, kind in typed if kind.id in FLOATS and c.lower().rpartition("_")[2] in AN_ID]
        cases = ", ".join(_case(c, quote_identifier(c)) for c in found)
        every = f"SELECT unnest([{cases}], recursive := true) FROM rows" if found else NONE
        return query(rows, f"SELECT * FROM ({every}) WHERE problem IS NOT NULL")


def _case(column: str, value: str) -> str:
    whole = f"bool_and(isfinite({value}) AND {value} = trunc({value}))"
    return f"{{'column': {quote_literal(column)}, 'problem': CASE WHEN {whole} THEN 'such as ' || min({value}) END}}"
