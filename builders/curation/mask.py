"""Contact details that have no business in a dataset: what they are stays, and what they were goes."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...validators.personal import leads_to_somebody, masked, texts
from ...validators.tables import Tables, name
from ..step import Outcome, Step


class Mask(Step):
    """Replaces e-mail addresses, phone and account numbers in all texts by `[email]`, `[phone]` and `[account]`.

    They are told by their shape, in the patterns of `validators/personal.py`; keys are no texts. The journal keeps
    what was asked and answered as it was.
    """

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """Every table with something to mask, anew."""
        return Outcome(changed={at: _masked(rows) for at, rows in tables.items() if _found(rows)})


def _found(rows: DuckDBPyRelation) -> bool:
    found = " OR ".join(leads_to_somebody(name(column)) for column in texts(rows))
    return bool(rows.filter(found or "false").limit(1).fetchall())


def _masked(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    replaced = ", ".join(f"{masked(column)} AS {column}" for column in map(name, texts(rows)))
    return rows.select(f"* REPLACE ({replaced})")
