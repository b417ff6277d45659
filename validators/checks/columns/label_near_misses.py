"""A rare label that nearly equals a frequent one is often a typo, or lacks a plural, article or negation."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from ...tables.vocabulary import categorical_values, near_misses
from .. import Check

RULES = ["Do not break your promises"] * 11 + ["Do not cause pain"] * 11


class LabelNearMisses(Check):
    """No rare label is a likely misspelling of a frequent one."""

    severity = "warning"
    problem = "are|is probably a misspelling of a more frequent label"
    table = "*"
    unit = "labels"
    implied_by_row_type = True
    needs = {"*": []}
    by_column = True
    passes = {"*": [{"_row": row, "label": label} for row, label in enumerate(["to_do", "not_to_do"] * 6)]}
    fails = {
        "*": [{"_row": r, "rule": rule} for r, rule in enumerate([*RULES, "Do not break promise", "Do cause pain"])]
    }

    min_ratio: Annotated[int, Field(ge=2)] = 10
    """The frequent label occurs at least this many times as often as the rare one."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Rare labels, with the frequent label and the number of rows of both."""
        found = near_misses(categorical_values(tables["*"]), f"a.rows * {self.min_ratio} <= b.rows")
        return query(found, 'SELECT "column", value, rows, problem FROM rows')
