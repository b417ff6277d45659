"""A duplicate row counts twice."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.cells import ROW, columns
from ...tables.sql import Tables, query, quote_identifier
from .. import Check


class RepeatedRows(Check):
    """No row repeats an earlier row."""

    severity = "warning"
    problem = "repeat|repeats an earlier row"
    table = "*"
    needs = {"*": []}
    repair = "exact_duplicates"
    passes = {"*": [{"_row": 1, "id": "1", "text": "a"}, {"_row": 2, "id": "2", "text": "a"}]}
    fails = {"*": [{"_row": 1, "text": "a", "n": None}, {"_row": 2, "text": "a", "n": None}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """All but the first of equal rows; candidates by a 64-bit hash are confirmed by value."""
        rows, own = tables["*"], ", ".join(map(quote_identifier, columns(tables["*"])))
        if not own:
            return query(rows, f"SELECT {ROW}, '' AS problem FROM rows WHERE false")
        return query(
            rows,
            f"""WITH repeated AS (SELECT hash({own}) AS h FROM rows GROUP BY h HAVING count(*) > 1),
            alike AS (SELECT {ROW}, {own} FROM rows WHERE hash({own}) IN (SELECT h FROM repeated))
            SELECT {ROW}, 'the same as row ' || first AS problem FROM (
                SELECT {ROW}, min({ROW}) OVER (PARTITION BY {own}) AS first FROM alike) WHERE {ROW} <> first""",
        )
