"""The failing rows in a report: their number and a few examples. All others stay in DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from duckdb import DuckDBPyRelation

from ..tables.sql import fetch_all, quote_identifier, quote_literal

MAX_EXAMPLES = 5
"""Failing rows shown in a finding."""
MAX_PARTS = 12
"""Parts into which the count of a finding is broken down."""
MAX_CHARACTERS = 200
"""Longer values are cut in examples."""


def evidence(failing: DuckDBPyRelation) -> tuple[int, list[dict[str, Any]]]:
    """The number of rows and the first five by value, so that every run shows the same."""
    parts = {column: quote_identifier(column) for column in failing.columns}
    count, shown = fetch_all(failing, f"SELECT count(*), {examples(parts)} FROM rows")[0]
    return count, shown or []


def parts(failing: DuckDBPyRelation, count: int) -> dict[str, int]:
    """Failing rows by column, or by problem if there are few; empty if that adds nothing to the count."""
    by = "column" if "column" in failing.columns else "problem"
    if not count or by not in failing.columns:
        return {}
    shown = f"left(CAST({quote_identifier(by)} AS VARCHAR), {MAX_CHARACTERS})"
    limit = MAX_PARTS + 1
    counted = f"SELECT {shown} AS part, count(*) AS n FROM rows GROUP BY ALL ORDER BY n DESC, part LIMIT {limit}"
    counts: dict[str, int] = dict(fetch_all(failing, counted))
    if by == "problem" and not (1 < len(counts) <= MAX_PARTS and max(counts.values()) > 1):
        return {}
    top = dict([*counts.items()][:MAX_PARTS])
    return top | ({"others": rest} if (rest := count - sum(top.values())) else {})


def examples(parts: Mapping[str, str]) -> str:
    """SQL of an aggregate: the five lowest rows of these expressions as short texts, in numeric order (9 before 10)."""
    cells = [f"left(CAST({sql} AS VARCHAR), {MAX_CHARACTERS})" for sql in parts.values()]
    ordered = [f"'{at}': {{number: TRY_CAST({cell} AS DOUBLE), cell: {cell}}}" for at, cell in enumerate(cells)]
    named = [f"{quote_literal(label)}: struct_extract(one, '{at}').cell" for at, label in enumerate(parts)]
    return f"list_transform(min({{{', '.join(ordered)}}}, {MAX_EXAMPLES}), lambda one: {{{', '.join(named)}}})"


def count_units(unit: str | None, per: Sequence[str], relation: DuckDBPyRelation, rows: int) -> int:
    """The number of units in a relation; 0 if they cannot be distinguished. Null counts as a value."""
    if unit in (None, "rows"):
        return rows
    if unit in ("cells", "columns"):
        own = len([column for column in relation.columns if column != "_row"])
        return own * rows if unit == "cells" else own
    counted = f"count(DISTINCT hash({', '.join(map(quote_identifier, per))}))"
    return int(relation.aggregate(counted).fetchall()[0][0]) if per else 0
