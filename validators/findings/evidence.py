"""What of failing rows reaches a report: how many there are, and a few of them. All else stays in DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from duckdb import DuckDBPyRelation

from ..tables.sql import fetch_all, quote_identifier, quote_literal

EXAMPLES = 5
"""Failing rows that a finding shows."""
PARTS = 12
"""Parts into which a finding is told apart."""
LONGEST = 200
"""Characters of a value that an example shows."""


def evidence(failing: DuckDBPyRelation) -> tuple[int, list[dict[str, Any]]]:
    """How many rows a relation has, and the first five of them by value, so that they are the same on every run."""
    parts = {column: quote_identifier(column) for column in failing.columns}
    count, shown = fetch_all(failing, f"SELECT count(*), {examples(parts)} FROM rows")[0]
    return count, shown or []


def parts(failing: DuckDBPyRelation, count: int) -> dict[str, int]:
    """Failing rows by column, else by problem if those are few; none where that would tell nothing."""
    by = "column" if "column" in failing.columns else "problem"
    if not count or by not in failing.columns:
        return {}
    shown = f"left(CAST({quote_identifier(by)} AS VARCHAR), {LONGEST})"
    limit = PARTS + 1
    counted = f"SELECT {shown} AS part, count(*) AS n FROM rows GROUP BY ALL ORDER BY n DESC, part LIMIT {limit}"
    found: dict[str, int] = dict(fetch_all(failing, counted))
    if by == "problem" and not (1 < len(found) <= PARTS and max(found.values()) > 1):
        return {}
    told = dict([*found.items()][:PARTS])
    return told | ({"others": left} if (left := count - sum(told.values())) else {})


def examples(parts: Mapping[str, str]) -> str:
    """SQL of an aggregate: the five lowest rows of these expressions, every value as a short text, 9 before 10."""
    cells = [f"left(CAST({sql} AS VARCHAR), {LONGEST})" for sql in parts.values()]
    ordered = [f"'{at}': {{number: TRY_CAST({cell} AS DOUBLE), cell: {cell}}}" for at, cell in enumerate(cells)]
    named = [f"{quote_literal(label)}: struct_extract(one, '{at}').cell" for at, label in enumerate(parts)]
    return f"list_transform(min({{{', '.join(ordered)}}}, {EXAMPLES}), lambda one: {{{', '.join(named)}}})"


def looked_at(unit: str | None, per: Sequence[str], relation: DuckDBPyRelation, rows: int) -> int:
    """How many units a relation of so many rows has; 0 where nothing tells them apart. Null is a value, as others."""
    if unit in (None, "rows"):
        return rows
    if unit in ("cells", "columns"):
        own = len([column for column in relation.columns if column != "_row"])
        return own * rows if unit == "cells" else own
    counted = f"count(DISTINCT hash({', '.join(map(quote_identifier, per))}))"
    return int(relation.aggregate(counted).fetchall()[0][0]) if per else 0
