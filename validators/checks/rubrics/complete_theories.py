"""INV-MB5: comparing theories needs the same dilemma under all of them."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

THEORIES = [{"theory_id": "neutral"}, {"theory_id": "Kantian Deontology"}]
CRITERIA = [{"scenario_id": "a", **theory} for theory in THEORIES]


class CompleteTheories(Check):
    """A dilemma with a rubric has one under every theory of the dataset."""

    severity = "warning"
    problem = "have|has no rubric under a theory"
    table = "criteria"
    unit = "dilemmas"
    per = ("scenario_id",)
    needs = {"criteria": ["scenario_id", "theory_id"], "theories": ["theory_id"]}
    passes = {"criteria": CRITERIA, "theories": THEORIES}
    fails = {"criteria": CRITERIA[:1], "theories": THEORIES}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Dilemmas with the theories that are missing."""
        scenarios = tables["criteria"].select("scenario_id").distinct()
        cells = scenarios.cross(tables["theories"].select("theory_id")).set_alias("c")
        on = "c.scenario_id = p.scenario_id AND c.theory_id = p.theory_id"
        missing = cells.join(tables["criteria"].set_alias("p"), on, how="anti").select("c.scenario_id, c.theory_id")
        return query(
            missing,
            """SELECT scenario_id, string_agg(theory_id, ', ' ORDER BY theory_id) AS problem FROM rows
            GROUP BY scenario_id""",
        )
