"""The base of every text repair: the repaired text as SQL; nothing else changes."""

from __future__ import annotations

from collections.abc import Iterable

from duckdb import DuckDBPyRelation

from ...validators.tables.cells import ROW
from ...validators.tables.pii import text_columns
from ...validators.tables.sql import Tables, query, quote_identifier, quote_literal
from . import Outcome, Step


class TextRepair(Step):
    """A step that rewrites texts, in a recipe or for `pluriset repair`."""

    columns: tuple[str, ...] = ()
    """Columns to repair; default: every text column that is no key."""

    def repaired(self, value: str) -> str:
        """The SQL of the repaired text, given the SQL of a text."""
        raise NotImplementedError

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """Every table that needs a repair, repaired."""
        found = {table: self.columns_to_repair(rows) for table, rows in tables.items()}
        return Outcome(changed={table: self.repair(tables[table], wrong) for table, wrong in found.items() if wrong})

    def columns_to_repair(self, rows: DuckDBPyRelation) -> list[str]:
        """The columns that a repair would change."""
        plain = {column for column, kind in zip(rows.columns, rows.types, strict=True) if str(kind) == "VARCHAR"}
        present = [column for column in self.columns or text_columns(rows) if column in plain]
        tests = ", ".join(f"coalesce(bool_or({self._differs(column)}), false)" for column in present)
        differs = rows.aggregate(tests).fetchall()[0] if present else ()
        return [column for column, is_different in zip(present, differs, strict=True) if is_different]

    def repair(self, rows: DuckDBPyRelation, columns: Iterable[str]) -> DuckDBPyRelation:
        """The rows with these columns repaired."""
        repaired = ", ".join(
            f"{self.repaired(quote_identifier(column))} AS {quote_identifier(column)}" for column in columns
        )
        return rows.select(f"* REPLACE ({repaired})")

    def changes(self, rows: DuckDBPyRelation, column: str) -> DuckDBPyRelation:
        """The changes to a column of a raw table: _row, column, before, after."""
        after = self.repaired(quote_identifier(column))
        cells = f'{ROW}, {quote_literal(column)} AS "column", {quote_identifier(column)} AS before, {after} AS after'
        return query(rows, f"SELECT {cells} FROM rows WHERE {self._differs(column)} ORDER BY {ROW}")

    def _differs(self, column: str) -> str:
        return f"{quote_identifier(column)} IS DISTINCT FROM {self.repaired(quote_identifier(column))}"
