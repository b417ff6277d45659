"""A list that does not parse was cut off; splitting it at commas would invent values."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.cells import NO_CELLS, ROW
from ...tables.column_stats import text_counts
from ...tables.sql import Tables, query, quote_literal
from .. import Check

LISTS = [{"_row": row, "values": "['trust', \"one's word\"]"} for row in range(9)]


class DamagedLists(Check):
    """Every cell of a list column is a complete list."""

    severity = "error"
    problem = "are|is not a complete list"
    table = "*"
    unit = "cells"
    needs = {"*": []}
    by_column = True
    repair = "list_cells"
    auto_repairable = True
    passes = {"*": [*LISTS, {"_row": 9, "values": "[nan, None, {'a': [1]}]"}]}
    fails = {"*": [*LISTS, {"_row": 9, "values": "['it's', 'a']"}, {"_row": 10, "values": "trust, honesty"}]}

    min_share: Annotated[float, Field(gt=0, le=1)] = 0.9
    """A column is a list column if at least this share of its texts is in square brackets."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cells that are neither a Python nor a JSON list; `blank_cells` covers blank ones."""
        rows = tables["*"]
        broken = {
            text: f"(trim({text.sql}) <> '' AND TRY_CAST({text.sql} AS VARCHAR[]) IS NULL)"
            for text, counts in text_counts(rows).items()
            if counts.bracketed and counts.bracketed >= self.min_share * (counts.filled - counts.blank)
        }
        if not broken:
            return query(rows, NO_CELLS)
        cells = ", ".join(
            f"CASE WHEN {sql} THEN "
            f"{{'column': {quote_literal(t.path)}, 'problem': 'not a list: ' || left({t.sql}, 100)}} END"
            for t, sql in broken.items()
        )
        return query(
            rows,
            f"""SELECT {ROW}, cell.column, cell.problem FROM (
                SELECT {ROW}, unnest([{cells}]) AS cell FROM rows WHERE {" OR ".join(broken.values())}
            ) WHERE cell IS NOT NULL""",
        )
