"""Personas for truthfulness: the truth of a claim is derivable by the stated rule of its agent."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

PROPOSITIONS = [{"proposition_id": "p", "topic": "water", "truth": True}]
AGENTS = [
    {"agent_id": "a", "rule": "truthful", "topics": []},
    {"agent_id": "b", "rule": "contrary", "topics": ["fire"]},
    {"agent_id": "c", "rule": "contrary", "topics": []},
]


def _claims(*claims: tuple[str, str, bool]) -> list[dict[str, Any]]:
    return [
        {"claim_id": f"p/{agent}/0", "proposition_id": "p", "agent_id": agent, "verdict": verdict, "truth": truth}
        for agent, verdict, truth in claims
    ]


class TruthFollowsRule(Check):
    """The verdict and truth of a claim follow from the rule of its agent and the truth of its proposition."""

    severity = "error"
    problem = "do|does not follow from the rule of the agent"
    table = "claims"
    unit = "claims"
    needs = {
        "claims": ["claim_id", "proposition_id", "agent_id", "verdict", "truth"],
        "agents": ["agent_id", "rule", "topics"],
        "propositions": ["proposition_id", "topic", "truth"],
    }
    passes = {
        "propositions": PROPOSITIONS,
        "agents": AGENTS,
        "claims": _claims(("a", "true", True), ("b", "true", True), ("c", "false", False)),
    }
    fails = {"propositions": PROPOSITIONS, "agents": AGENTS, "claims": _claims(("a", "false", False))}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Claims with the verdict that they have, and the one that the rule leads to."""
        claims, agents, propositions = (tables[name].set_alias(name) for name in ("claims", "agents", "propositions"))
        spoken = claims.join(agents, "claims.agent_id = agents.agent_id")
        joined = spoken.join(propositions, "claims.proposition_id = propositions.proposition_id")
        return query(
            joined.select(
                """claim_id, verdict, claims.truth AS stated, propositions.truth AS truth,
                rule = 'contrary' AND (len(topics) = 0 OR coalesce(list_contains(topics, topic), false)) AS contrary"""
            ),
            """SELECT claim_id, format('says {}, marked {}; the rule leads to {}, {}', verdict, stated,
                CASE WHEN truth <> contrary THEN 'true' ELSE 'false' END, NOT contrary) AS problem
            FROM rows WHERE (verdict = 'true') <> (truth <> contrary) OR stated = contrary""",
        )
