"""INV-MB4: a criterion that is listed twice counts twice."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

CRITERION = {"scenario_id": "a", "theory_id": "neutral", "title": "Names the loss"}


class RepeatedCriteria(Check):
    """No criterion is in a rubric twice."""

    severity = "warning"
    problem = "repeat|repeats another one of its rubric"
    table = "criteria"
    unit = "criteria"
    needs = {"criteria": ["scenario_id", "theory_id", "title"]}
    passes = {"criteria": [CRITERION, {**CRITERION, "theory_id": "Kantian Deontology"}]}
    fails = {"criteria": [CRITERION, {**CRITERION, "title": "names the loss."}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Titles with how often they occur."""
        return query(
            tables["criteria"],
            """SELECT scenario_id, theory_id, any_value(title) AS title, count(*) || ' times' AS problem FROM rows
            GROUP BY scenario_id, theory_id, norm(title) HAVING count(*) > 1""",
        )
