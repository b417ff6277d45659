"""INV-DD6: if both actions end alike, the dilemma turns on nothing."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

A, B = {"action_id": "a", "dilemma_id": "d"}, {"action_id": "b", "dilemma_id": "d"}


class SameConsequence(Check):
    """The two actions of a dilemma have different consequences."""

    severity = "warning"
    problem = "have|has the same consequence for both actions"
    table = "actions"
    unit = "dilemmas"
    per = ("dilemma_id",)
    needs = {"actions": ["action_id", "dilemma_id"], "consequences": ["action_id", "text"]}
    passes = {
        "actions": [A, B],
        "consequences": [{"action_id": "a", "text": "She is hurt."}, {"action_id": "b", "text": "He is hurt."}],
    }
    fails = {
        "actions": [A, B],
        "consequences": [{"action_id": "a", "text": "She is hurt."}, {"action_id": "b", "text": "she is  hurt"}],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Dilemmas with the one consequence of their actions."""
        of = tables["actions"].set_alias("a").join(tables["consequences"].set_alias("c"), "a.action_id = c.action_id")
        return query(
            of.select("a.dilemma_id, c.text"),
            """SELECT dilemma_id, any_value(text) AS problem FROM rows GROUP BY dilemma_id
            HAVING count(*) > 1 AND count(DISTINCT norm(text)) = 1""",
        )
