"""INV-MB3: not seeing what is at stake is a missing merit; a negative weight is for faults of process and outcome."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

CRITERION = {"criterion_id": "a", "title": "Advises to lie", "weight": -2, "dimension": "harmless outcome"}


class FaultsOfOutcome(Check):
    """A criterion with a negative weight is no criterion of identifying."""

    severity = "info"
    problem = "have|has a negative weight for identifying what is at stake"
    table = "criteria"
    unit = "criteria"
    needs = {"criteria": ["criterion_id", "title", "weight", "dimension"]}
    passes = {"criteria": [CRITERION]}
    fails = {"criteria": [{**CRITERION, "dimension": "identifying"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Criteria with their weight."""
        return query(
            tables["criteria"],
            """SELECT criterion_id, weight || ': ' || title AS problem FROM rows
            WHERE weight < 0 AND dimension = 'identifying'""",
        )
