"""The checks that a single row fails."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.component import load, names
from ...schemas.explanation import FailedCheck
from ...schemas.row import Row, key
from .. import checks
from ..checks import Check
from ..tables.sql import Tables, key_text, quote_literal


def failing_checks(tables: Tables, table: str, row_type: type[Row], row_key: str) -> Iterator[FailedCheck]:
    """The checks that the row with this key fails, with the problem in words."""
    for check_name in names(checks.__name__):
        check: Check = load(checks.__name__, check_name)
        can_run = all(t in tables and {*needed} <= {*tables[t].columns} for t, needed in check.needs.items())
        if check.table != table or not can_run:
            continue
        failing = check.failing(tables)
        if {*key(row_type), "problem"} <= {*failing.columns}:
            for (problem,) in (
                failing.filter(f"{key_text(row_type)} = {quote_literal(row_key)}").select("problem").fetchall()
            ):
                yield FailedCheck(check=check_name, severity=check.severity, problem=str(problem))
