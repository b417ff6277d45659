"""What an exception inside a check, a measure or an audit means; none of it is taken for a fault of the files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb
from duckdb import DuckDBPyRelation

from ...schemas.errors import PlurisetError
from ...schemas.report import Finding, problem_line
from ..tables.sql import fetch_all, quote_identifier

UNSUITABLE = (duckdb.ProgrammingError, duckdb.DataError)
"""Errors of a check or measure on columns with unsuitable contents: it is skipped."""
ENDS_ALL = (PlurisetError, duckdb.InterruptException)
"""Errors that end a validation: of bounds, and of its time."""


@dataclass
class Failures:
    """Collects what checks and measures raised, each by its name."""

    skipped: dict[str, str]
    """Check -> why it does not apply to the data."""
    unfinished: dict[str, str] = field(default_factory=dict)
    """Check -> why it did not run to its end: it ran out of memory, or is defective."""
    _read: dict[DuckDBPyRelation, str | None] = field(default_factory=dict)

    def add(self, name: str, error: Exception, tables: Iterable[DuckDBPyRelation]) -> None:
        """Record what a check raised on these tables, unless it ends all: then it is raised again."""
        if isinstance(error, ENDS_ALL):
            raise error
        if isinstance(error, ModuleNotFoundError):
            self.skipped[name] = f"the package {error.name} is not installed"
            return
        damage = next(filter(None, map(self._damage, tables)), None)
        if damage:
            self.unfinished[name] = damage
        elif isinstance(error, UNSUITABLE):
            self.skipped[name] = first_line(error)
        else:
            memory = isinstance(error, duckdb.OutOfMemoryException | MemoryError)
            self.unfinished[name] = "out of memory" if memory else f"{type(error).__name__}: {first_line(error)}"

    def findings(self, dataset: str, of: int) -> list[Finding]:
        """One finding about the checks that did not finish, an error: nobody knows what they would have reported."""
        if not self.unfinished:
            return []
        count = len(self.unfinished)
        return [
            Finding(
                problem=problem_line("do|does not run to the end", count, of, "checks"),
                rule="Every check and measure runs to its end (more memory: `--bound memory_mb=8000`)",
                check="checks.unfinished",
                severity="error",
                table=dataset,
                count=count,
                of=of,
                unit="checks",
                examples=[{"check": name, "problem": reason} for name, reason in self.unfinished.items()],
            )
        ]

    def _damage(self, relation: DuckDBPyRelation) -> str | None:
        """Why a table cannot be read, found out by reading every cell of it once; null if it can."""
        if relation not in self._read:
            cells = ", ".join(map(quote_identifier, relation.columns))
            try:
                fetch_all(relation, f"SELECT bit_xor(hash({cells})) FROM rows")
                self._read[relation] = None
            except duckdb.InterruptException:
                raise
            except duckdb.Error as error:
                self._read[relation] = f"its table cannot be read to the end: {first_line(error)}"
        return self._read[relation]


def first_line(error: Exception) -> str:
    """The first line of what an exception says."""
    return str(error).partition("\n")[0]
