"""INV-MB2: a rubric that says nothing about a dimension cannot grade it."""

from __future__ import annotations

from typing import get_args

from duckdb import DuckDBPyRelation

from ....schemas.rows.rubrics import Dimension
from ...tables.sql import Tables, query
from .. import Check

DIMENSIONS: tuple[str, ...] = get_args(Dimension)
RUBRIC = [
    {"scenario_id": "a", "theory_id": "neutral", "title": f"Criterion {name}", "dimension": name} for name in DIMENSIONS
]


class RubricDimensions(Check):
    """A rubric has a criterion of every dimension."""

    severity = "info"
    problem = "lack|lacks a dimension"
    table = "criteria"
    unit = "rubrics"
    per = ("scenario_id", "theory_id")
    needs = {"criteria": ["scenario_id", "theory_id", "title", "dimension"]}
    passes = {"criteria": RUBRIC}
    fails = {"criteria": RUBRIC[:3]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Rubrics with the dimensions that are missing."""
        missing = f"list_filter({list(DIMENSIONS)}, lambda d: NOT list_contains(list(dimension), d))"
        return query(
            tables["criteria"],
            f"""SELECT scenario_id, theory_id, array_to_string({missing}, ', ') AS problem FROM rows
            GROUP BY scenario_id, theory_id HAVING problem <> ''""",
        )
