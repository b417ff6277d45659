"""Steps that remove, split or repair rows: one step a file.

What a curation step is: relations in, relations out, and a reason for every row that goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...schemas.component import Component

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

    from ...validators.tables.sql import Tables


@dataclass(frozen=True)
class Outcome:
    """What a step did. Children of removed rows go with them; the runner sees to that and to the records.

    `removed`: table -> relation (key VARCHAR, reason VARCHAR, detail VARCHAR, kept_key VARCHAR), where key is the
    value of the table's only key column. `changed`: table -> the whole table anew, same columns, same keys; rows
    that do not fit their row type any more go. `splits`: relation (key VARCHAR, split VARCHAR) over the main table.
    `figures`: what the step measured, such as agreement before and after.
    """

    removed: dict[str, DuckDBPyRelation] = field(default_factory=dict)
    changed: dict[str, DuckDBPyRelation] = field(default_factory=dict)
    splits: DuckDBPyRelation | None = None
    figures: dict[str, float | None] = field(default_factory=dict)


class Step(Component):
    """One step of curation. Tables have a hidden column `_seq`, the order of their rows."""

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """Table -> columns that it cannot do without, looked for before any ask. `main` is the main table."""
        return {}

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """Look at the tables and say what goes, changes or moves. `seed` is the seed of the recipe."""
        raise NotImplementedError
