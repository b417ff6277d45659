"""Counts below 0 are no counts, and an item without votes has no answer."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

VOTE = {"item_id": "1", "option": "yes", "votes": 0}


class VoteCounts(Check):
    """Counts of votes are not negative, and every item has a vote."""

    severity = "warning"
    problem = "have|has negative counts of votes, or no votes at all"
    table = "votes"
    unit = "items"
    per = ("item_id",)
    needs = {"votes": ["item_id", "option", "votes"]}
    may_use = {"votes": ["scored"]}
    passes = {"votes": [VOTE, {**VOTE, "option": "no", "votes": 3}]}
    fails = {"votes": [VOTE, {**VOTE, "option": "no"}, {"item_id": "2", "option": "yes", "votes": -2}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items with their negative counts; scores are no votes."""
        votes = tables["votes"]
        cast = votes.filter("scored IS NOT TRUE") if "scored" in votes.columns else votes
        return query(
            cast,
            """SELECT item_id, coalesce(string_agg(option || ': ' || votes, ', ' ORDER BY option) FILTER (votes < 0),
                'no votes') AS problem
            FROM rows GROUP BY item_id HAVING min(votes) < 0 OR max(votes) = 0""",
        )
