"""INV-DD1: without both of its actions a dilemma leaves nothing to choose."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

TO_DO = {"dilemma_id": "a", "action_type": "to_do"}


class TwoActions(Check):
    """A dilemma has one action to do and one not to do."""

    severity = "error"
    problem = "do|does not have one action of each type"
    table = "dilemmas"
    unit = "dilemmas"
    needs = {"dilemmas": ["dilemma_id"], "actions": ["dilemma_id", "action_type"]}
    passes = {"dilemmas": [{"dilemma_id": "a"}], "actions": [TO_DO, {**TO_DO, "action_type": "not_to_do"}]}
    fails = {"dilemmas": [{"dilemma_id": "a"}], "actions": [TO_DO, TO_DO]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Dilemmas with the types of their actions."""
        types = query(
            tables["actions"],
            """SELECT dilemma_id, string_agg(action_type, ', ' ORDER BY action_type) AS types FROM rows
            GROUP BY dilemma_id""",
        )
        joined = tables["dilemmas"].set_alias("d").join(types.set_alias("t"), "d.dilemma_id = t.dilemma_id", how="left")
        return joined.select("d.dilemma_id, coalesce(types, 'no action') AS problem").filter(
            "problem <> 'not_to_do, to_do'"
        )
