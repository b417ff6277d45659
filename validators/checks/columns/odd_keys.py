"""A key of its own in a few objects is often another spelling of a key that all have: `idk` and `not sure`."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from duckdb.sqltypes import DuckDBPyType
from pydantic import Field

from ...tables.cells import NO_CELLS, ROW
from ...tables.schema_sql import members
from ...tables.sql import Tables, fetch_all, query, quote_identifier, quote_literal
from .. import Check

NUMBERS = ("tinyint", "smallint", "integer", "bigint", "hugeint", "float", "double")


class OddKeys(Check):
    """Objects that count or score have the same keys in every row."""

    severity = "info"
    problem = "have|has a key that the objects of most rows lack"
    table = "*"
    unit = "rows"
    needs = {"*": []}
    implied_by_row_type = True
    passes = {"*": [{"_row": row, "votes": {"yes": row, "no": 0}, "by": {f"A{row}": 1}} for row in range(4)]}
    fails = {"*": [{"_row": 1, "votes": {"yes": 1}}, {"_row": 2, "votes": {"yes": 1}}, {"_row": 3, "votes": {"y": 1}}]}

    min_common: Annotated[float, Field(gt=0.5, le=1)] = 0.6
    """Share of the rows that have the common keys of a closed set."""
    max_odd: Annotated[float, Field(gt=0, lt=0.5)] = 0.4
    """Share of the rows up to which a key is odd."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Rows with an odd key; objects with more odd than common keys, as those by annotator, are no closed set."""
        rows = tables["*"]
        cells = ", ".join(
            f"CASE WHEN {_value(column, key)} IS NOT NULL THEN {{'column': {quote_literal(column)}, "
            f"'problem': {quote_literal(f'has the key {key}')}}} END"
            for column, kind in zip(rows.columns, rows.types, strict=True)
            for key in self._odd(rows, column, kind)
        )
        if not cells:
            return query(rows, NO_CELLS)
        each = f"SELECT {ROW}, unnest([{cells}]) AS cell FROM rows"
        return query(rows, f"SELECT {ROW}, cell.column, cell.problem FROM ({each}) WHERE cell IS NOT NULL")

    def _odd(self, rows: DuckDBPyRelation, column: str, kind: DuckDBPyType) -> list[str]:
        fields = members(kind) if kind.id == "struct" else {}
        if len(fields) < 2 or any(field.id not in NUMBERS for field in fields.values()):
            return []
        counts = ", ".join(f"count({_value(column, key)})" for key in fields)
        [(filled, *by_key)] = fetch_all(rows, f"SELECT count({quote_identifier(column)}), {counts} FROM rows")
        common = [key for key, count in zip(fields, by_key, strict=True) if count >= self.min_common * filled]
        odd = [key for key, count in zip(fields, by_key, strict=True) if 0 < count <= self.max_odd * filled]
        return odd if len(odd) <= len(common) else []


def _value(column: str, key: str) -> str:
    return f"struct_extract({quote_identifier(column)}, {quote_literal(key)})"
