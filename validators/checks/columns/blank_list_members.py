"""An empty list, or an empty text in a list, may be an answer that was not given, or one that was lost."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.cells import NO_CELLS, ROW, texts
from ...tables.sql import Tables, query, quote_identifier, quote_literal
from .. import Check


class BlankListMembers(Check):
    """No list is empty or holds an empty text."""

    severity = "info"
    problem = "are|is an empty list, or a list with an empty text"
    table = "*"
    unit = "cells"
    needs = {"*": []}
    implied_by_row_type = True
    passes = {"*": [{"_row": 1, "answers": ["pan", "torta"]}, {"_row": 2, "answers": None}]}
    fails = {"*": [{"_row": 1, "answers": ["pan", " "]}, {"_row": 2, "answers": []}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Empty lists in columns, and lists with an empty text, however deep in a column they are."""
        rows = tables["*"]
        lists = [column for column, kind in zip(rows.columns, rows.types, strict=True) if kind.id == "list"]
        found = [(column, f"len({quote_identifier(column)}) = 0", "empty list") for column in lists]
        found += [
            (text.path, f"len(list_filter({text.sql}, lambda v: trim(v) = '')) > 0", "empty text in a list")
            for text in texts(rows)
            if text.many
        ]
        if not found:
            return query(rows, NO_CELLS)
        cells = ", ".join(
            f"CASE WHEN {sql} THEN {{'column': {quote_literal(path)}, 'problem': {quote_literal(problem)}}} END"
            for path, sql, problem in found
        )
        each = f"SELECT {ROW}, unnest([{cells}]) AS cell FROM rows"
        return query(rows, f"SELECT {ROW}, cell.column, cell.problem FROM ({each}) WHERE cell IS NOT NULL")
