"""The checks that fail one very row."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.component import load, names
from ...schemas.explanation import FailedCheck
from ...schemas.row import Row, key
from .. import checks
from ..checks import Check
from ..tables.sql import Tables, key_text, quote_literal


def named(tables: Tables, table: str, row_type: type[Row], wanted: str) -> Iterator[FailedCheck]:
    """Every check of a table that fails the row with this key, in words."""
    for check_name in names(checks.__name__):
        check: Check = load(checks.__name__, check_name)
        if check.table != table or not _can_run(check, tables):
            continue
        failing = check.failing(tables)
        if {*key(row_type), "problem"} <= {*failing.columns}:
            for (problem,) in (
                failing.filter(f"{key_text(row_type)} = {quote_literal(wanted)}").select("problem").fetchall()
            ):
                yield FailedCheck(check=check_name, severity=check.severity, problem=str(problem))


def _can_run(check: Check, tables: Tables) -> bool:
    return all(t in tables and {*needed} <= {*tables[t].columns} for t, needed in check.needs.items())
