"""Contact details that have no business in a dataset: what they are stays, and what they were goes."""

from __future__ import annotations

from duckdb import DuckDBPyRelation
from duckdb.sqltypes import DuckDBPyType

from ...validators.tables.pii import contains_pii, masked_cell, text_columns
from ...validators.tables.sql import Tables, quote_identifier
from . import Outcome, Step


class Mask(Step):
    """Masks e-mail addresses, phone and account numbers in all texts.

    They become `[email]`, `[phone]` and `[account]`. They are recognised by the patterns of `validators/tables/pii.py`,
    inside lists and structs too; keys are no texts. What was found in rejects is masked as well, wherever in the recipe
    this step stands. The journal keeps what was asked and answered as it was.
    """

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """Every table with something to mask, anew."""
        return Outcome(changed={at: _masked(rows) for at, rows in tables.items() if _found(rows)})


def _found(rows: DuckDBPyRelation) -> bool:
    found = [_leads(quote_identifier(column), kind) for column, kind in text_columns(rows).items()]
    return bool(rows.filter(" OR ".join(found) or "false").limit(1).fetchall())


def _leads(sql: str, kind: DuckDBPyType) -> str:
    return contains_pii(sql) if kind.id == "varchar" else f"{sql} IS DISTINCT FROM {masked_cell(sql, kind)}"


def _masked(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    replaced = [
        f"{masked_cell(quote_identifier(column), kind)} AS {quote_identifier(column)}"
        for column, kind in text_columns(rows).items()
    ]
    return rows.select(f"* REPLACE ({', '.join(replaced)})")
