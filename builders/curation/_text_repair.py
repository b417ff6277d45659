"""What a mending step is: it says in SQL how a text should be, and changes nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from duckdb import DuckDBPyRelation

from ...validators.tables.cells import ROW
from ...validators.tables.pii import text_columns
from ...validators.tables.sql import Tables, query, quote_identifier, quote_literal
from . import Outcome, Step


class Mend(Step):
    """A step that mends texts, in a recipe or in anybody's table (`repair`)."""

    columns: tuple[str, ...] = ()
    """Columns to mend; default: all that hold texts and are no keys."""

    def mended(self, value: str) -> str:
        """SQL of the mended text, from the SQL of a text."""
        raise NotImplementedError

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """Every table with something to mend, anew."""
        found = {table: self.found(rows) for table, rows in tables.items()}
        return Outcome(changed={table: self.mend(tables[table], wrong) for table, wrong in found.items() if wrong})

    def found(self, rows: DuckDBPyRelation) -> list[str]:
        """The columns with something to mend."""
        plain = {column for column, kind in zip(rows.columns, rows.types, strict=True) if str(kind) == "VARCHAR"}
        there = [column for column in self.columns or text_columns(rows) if column in plain]
        tests = ", ".join(f"coalesce(bool_or({self._differs(column)}), false)" for column in there)
        said = rows.aggregate(tests).fetchall()[0] if there else ()
        return [column for column, is_found in zip(there, said, strict=True) if is_found]

    def mend(self, rows: DuckDBPyRelation, columns: Iterable[str]) -> DuckDBPyRelation:
        """The rows with these columns mended."""
        mended = ", ".join(
            f"{self.mended(quote_identifier(column))} AS {quote_identifier(column)}" for column in columns
        )
        return rows.select(f"* REPLACE ({mended})")

    def changes(self, rows: DuckDBPyRelation, column: str) -> DuckDBPyRelation:
        """What is mended in a column of a raw table: _row, column, before, after."""
        after = self.mended(quote_identifier(column))
        said = f'{ROW}, {quote_literal(column)} AS "column", {quote_identifier(column)} AS before, {after} AS after'
        return query(rows, f"SELECT {said} FROM rows WHERE {self._differs(column)} ORDER BY {ROW}")

    def _differs(self, column: str) -> str:
        return f"{quote_identifier(column)} IS DISTINCT FROM {self.mended(quote_identifier(column))}"
