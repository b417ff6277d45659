"""INV-DE5: a level that the design does not have is a typing error, or a cell that others cannot be compared with."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

LEVELS = [{"attribute": "age", "level": "20"}, {"attribute": "gender", "level": "male"}]
DECISION = {"decision_id": "d", "levels": LEVELS}


class LevelsOfDesign(Check):
    """A decision has one level of the design for each attribute that it names."""

    severity = "error"
    problem = "have|has a level that the design does not have, or an attribute twice"
    table = "decisions"
    unit = "decisions"
    needs = {"decisions": ["decision_id", "levels"], "attribute_levels": ["attribute", "level"]}
    passes = {"decisions": [DECISION], "attribute_levels": LEVELS}
    fails = {"decisions": [{**DECISION, "levels": [*LEVELS[:1], LEVELS[0]]}], "attribute_levels": LEVELS}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Decisions with the level."""
        return query_tables(
            tables,
            [*self.needs],
            """WITH named AS (
                SELECT decision_id, l.attribute AS attribute, l.level AS level
                FROM (SELECT decision_id, unnest(levels) AS l FROM decisions))
            SELECT decision_id, attribute || ' ' || level AS problem
                FROM named ANTI JOIN attribute_levels USING (attribute, level)
            UNION ALL SELECT decision_id, attribute || ' twice' FROM named
                GROUP BY decision_id, attribute HAVING count(*) > 1""",
        )
