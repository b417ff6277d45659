"""One ranking for everybody satisfies some users more often than others."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, query
from . import Measure


class UserSatisfaction(Measure):
    """Share of a user's pairs on which the user prefers the response that ratings prefer on the whole."""

    needs = {"labels": ["user_id", "preferred", "original", "tied"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One share per user; pairs that are equal to the user, and were drawn, are left out."""
        for user, satisfied, n in query(tables["labels"], SATISFIED).fetchall():
            low, high = wilson(satisfied, n)
            share, group = round(satisfied / n, DIGITS), {"user": user}
            yield Figure(measure="user_satisfaction", group=group, value=share, low=low, high=high, n=n)


SATISFIED = """
SELECT user_id, count(*) FILTER (preferred = original), count(*)
FROM rows WHERE NOT tied AND preferred IS NOT NULL AND original IS NOT NULL GROUP BY user_id ORDER BY user_id LIMIT 100
"""
