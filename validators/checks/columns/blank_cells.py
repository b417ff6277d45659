"""A blank cell may be an answer that was not given, or one that was lost."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.cells import NO_CELLS, ROW
from ...tables.column_stats import column_counts, row_count
from ...tables.sql import Tables, query, quote_identifier, quote_literal
from .. import Check


class BlankCells(Check):
    """No cell is null, empty or white space."""

    severity = "info"
    problem = "are|is null, empty or white space"
    table = "*"
    unit = "cells"
    needs = {"*": []}
    by_column = True
    implied_by_row_type = True
    passes = {"*": [{"_row": 1, "text": "0", "score": 0}]}
    fails = {"*": [{"_row": 1, "text": " ", "score": 1}, {"_row": 2, "text": "a", "score": None}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Blank cells; an empty list is not blank."""
        rows = tables["*"]
        types, total = dict(zip(rows.columns, rows.types, strict=True)), row_count(rows)
        own = [column for column, counts in column_counts(rows).items() if counts.filled < total or counts.blank]
        if not own:
            return query(rows, NO_CELLS)
        blank = [_blank(quote_identifier(column), types[column].id == "varchar") for column in own]
        cells = [f"CASE WHEN {sql} THEN {quote_literal(column)} END" for column, sql in zip(own, blank, strict=True)]
        return query(
            rows,
            f"""SELECT {ROW}, "column", 'blank' AS problem FROM (
                SELECT {ROW}, unnest([{", ".join(cells)}]) AS "column" FROM rows WHERE {" OR ".join(blank)}
            ) WHERE "column" IS NOT NULL""",
        )


def _blank(value: str, is_text: bool) -> str:
    return rf"({value} IS NULL OR regexp_full_match({value}, '[\s\p{{Z}}]*'))" if is_text else f"{value} IS NULL"
