"""Factorial designs: every level of a factor is crossed with every level of the others."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..tables.sql import query, quote_literal

MAX_FACTORS = 8
"""Designs with more factors are not checked."""


def factor_names(rows: DuckDBPyRelation) -> list[str]:
    """Names of the factors; empty if there are more than `MAX_FACTORS`."""
    found = query(
        rows, f"SELECT DISTINCT factor FROM rows WHERE factor IS NOT NULL ORDER BY factor LIMIT {MAX_FACTORS + 1}"
    )
    names = [str(name) for (name,) in found.fetchall()]
    return names if len(names) <= MAX_FACTORS else []


def cells(rows: DuckDBPyRelation, names: list[str]) -> DuckDBPyRelation:
    """One row per item: template, item_id, and its levels as f0, f1, ... in the order of the names."""
    template = "coalesce(CAST(template_id AS VARCHAR), '')" if "template_id" in rows.columns else "''"
    levels = ", ".join(f"max(level) FILTER (factor = {quote_literal(n)}) AS f{i}" for i, n in enumerate(names))
    return query(rows, f"SELECT {template} AS template, item_id, {levels} FROM rows GROUP BY ALL")


def cell_label(names: list[str]) -> str:
    """SQL of the label of a cell, such as `age=20, name=none`."""
    return " || ', ' || ".join(f"{quote_literal(n + '=')} || coalesce(f{i}, 'none')" for i, n in enumerate(names))
