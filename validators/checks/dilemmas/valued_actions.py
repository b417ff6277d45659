"""INV-DD2: an action that carries no value cannot be weighed against the other."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables
from .. import Check

ACTIONS = [{"action_id": "d/to_do", "text": "Tell her"}, {"action_id": "d/not_to_do", "text": "Say nothing"}]
STAKES = [{"stake_id": f"{each['action_id']}/0", "action_id": each["action_id"]} for each in ACTIONS]


class ValuedActions(Check):
    """Something is at stake in each action of a dilemma."""

    severity = "warning"
    problem = "have|has nothing at stake"
    table = "actions"
    unit = "actions"
    needs = {"actions": ["action_id", "text"], "stakes": ["stake_id", "action_id"]}
    passes = {"actions": ACTIONS, "stakes": STAKES}
    fails = {"actions": ACTIONS, "stakes": STAKES[:1]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Actions without a stake."""
        actions, stakes = tables["actions"].set_alias("a"), tables["stakes"].set_alias("s")
        return actions.join(stakes, "a.action_id = s.action_id", how="anti").select("action_id, text AS problem")
