"""A single cell of another type can break a reader of the column."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.cells import NO_CELLS, ROW
from ...tables.column_stats import column_counts
from ...tables.sql import Tables, query, quote_identifier, quote_literal
from .. import Check

NUMBERS = 20
"""Minimum number of numeric texts in a column."""


class MixedTypes(Check):
    """All cells of a column have the same type."""

    severity = "warning"
    problem = "have|has another type than the rest of the column"
    table = "*"
    unit = "cells"
    needs = {"*": []}
    by_column = True
    implied_by_row_type = True
    passes = {
        "*": [{"_row": row, "n": "1,5" if row == 3 else f"{row}", "t": "7" if row == 3 else "x"} for row in range(9)]
    }
    fails = {"*": [{"_row": row, "score": "unsure" if row == 7 else f"{row / 2}"} for row in range(40)]}

    min_share: Annotated[float, Field(gt=0.5, le=1)] = 0.95
    """The check applies where at least this share of the texts of a column is numeric."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cells of a JSON column that are not of its most frequent type; texts in a numeric column."""
        rows = tables["*"]
        typed = [(c, str(t)) for c, t in zip(rows.columns, rows.types, strict=True) if c != ROW]
        mixed = self._numbers(rows, [column for column, kind in typed if kind == "VARCHAR"])
        mixed |= _json(rows, [quote_identifier(column) for column, kind in typed if kind == "JSON"])
        if not mixed:
            return query(rows, NO_CELLS)
        cells = ", ".join(
            f"{{'column': {quote_literal(_bare(c))}, 'problem': {problem}}}" for c, problem in mixed.items()
        )
        return query(
            rows,
            f"""SELECT {ROW}, cell.column, cell.problem FROM (SELECT {ROW}, unnest([{cells}]) AS cell FROM rows)
            WHERE cell.problem IS NOT NULL""",
        )

    def _numbers(self, rows: DuckDBPyRelation, columns: list[str]) -> dict[str, str]:
        """Numeric column -> SQL of the problem of a cell; `blank_cells` covers blank ones."""
        counted = column_counts(rows)
        numeric = [c for c in columns if self._is_numeric(counted[c].filled - counted[c].blank, counted[c].numbers)]
        return {
            c: f"CASE WHEN trim({c}) <> '' AND TRY_CAST({c} AS DOUBLE) IS NULL THEN 'no number: ' || left({c}, 80) END"
            for c in map(quote_identifier, numeric)
        }

    def _is_numeric(self, filled: int, numbers: int) -> bool:
        """Whether nearly all, but not all, of these texts are numbers."""
        return filled > numbers >= max(NUMBERS, self.min_share * filled)


def _json(rows: DuckDBPyRelation, columns: list[str]) -> dict[str, str]:
    """JSON column of several types -> SQL of the problem of a cell."""
    if not columns:
        return {}
    usual = query(rows, f"SELECT {', '.join(f'mode({_kind(c)})' for c in columns)} FROM rows").fetchall()[0]
    return {
        c: f"CASE WHEN {_kind(c)} <> '{kind}' THEN lower({_kind(c)}) || ' among other types: ' || left({c}, 80) END"
        for c, kind in zip(columns, usual, strict=True)
        if kind
    }


def _kind(column: str) -> str:
    """The JSON type of a cell."""
    return f"""CASE json_type({column}) WHEN 'NULL' THEN NULL WHEN 'UBIGINT' THEN 'NUMBER' WHEN 'BIGINT' THEN 'NUMBER'
        WHEN 'DOUBLE' THEN 'NUMBER' WHEN 'VARCHAR' THEN 'TEXT' ELSE json_type({column}) END"""


def _bare(column: str) -> str:
    return column[1:-1].replace('""', '"')
