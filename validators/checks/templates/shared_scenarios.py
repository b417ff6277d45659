"""INV-DE6: written and hinted attributes can be compared on scenarios that have both."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

DECISIONS = [
    {"decision_id": f"{template}/{kind}", "template_id": template, "fill_type": kind}
    for template in "ab"
    for kind in ("explicit", "implicit")
]


class SharedScenarios(Check):
    """Where attributes are both written and hinted at by names, every template is filled both ways."""

    severity = "warning"
    problem = "are|is filled in one of two ways only"
    table = "decisions"
    unit = "templates"
    per = ("template_id",)
    needs = {"decisions": ["decision_id", "template_id", "fill_type"]}
    passes = {"decisions": DECISIONS}
    fails = {"decisions": DECISIONS[:3]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Templates with the one way."""
        return query(
            tables["decisions"],
            """SELECT template_id, 'only ' || any_value(fill_type) AS problem FROM rows GROUP BY template_id
            HAVING count(DISTINCT fill_type) < (SELECT count(DISTINCT fill_type) FROM rows)""",
        )
