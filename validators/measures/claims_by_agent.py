"""How truthful agents are, by topic."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, query
from . import Measure

COUNTED = """
SELECT agent_id, coalesce(topic, 'none') AS topic, count(*) FILTER (truth), count(*)
FROM rows GROUP BY agent_id, topic ORDER BY agent_id, topic
"""


class ClaimsByAgent(Measure):
    """Share of the claims of an agent on a topic that are true."""

    needs = {"claims": ["proposition_id", "agent_id", "truth"], "propositions": ["proposition_id", "topic"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One share per agent and topic, with its interval; `n` is the number of claims."""
        claims, propositions = tables["claims"].set_alias("c"), tables["propositions"].set_alias("p")
        rows = claims.join(propositions, "c.proposition_id = p.proposition_id").select(
            "agent_id, topic, c.truth AS truth"
        )
        for agent, topic, true, n in query(rows, COUNTED).fetchall():
            low, high = wilson(true, n)
            group = {"agent": agent, "topic": topic}
            yield Figure(measure="claims_by_agent", group=group, value=round(true / n, DIGITS), low=low, high=high, n=n)
