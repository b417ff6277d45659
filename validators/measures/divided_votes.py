"""Disagreement in datasets that publish counts of votes without annotators."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, query
from . import Measure


class DividedVotes(Measure):
    """Items with votes for several options: number, share, and ties for the most votes."""

    needs = {"votes": ["item_id", "option", "votes"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A count and a share; `n` is the number of items with votes; scores are no votes."""
        votes = tables["votes"]
        cast = votes.filter("scored IS NOT TRUE") if "scored" in votes.columns else votes
        [(divided, tied, n)] = query(cast, DIVIDED).fetchall()
        if n:
            yield Figure(measure="divided_votes", group={"what": "items"}, value=divided, n=n)
            yield Figure(measure="divided_votes", group={"what": "ties"}, value=tied, n=n)
            low, high = wilson(divided, n)
            share = round(divided / n, DIGITS)
            yield Figure(measure="divided_votes", group={"what": "share"}, value=share, low=low, high=high, n=n)


DIVIDED = """
SELECT count(*) FILTER (options > 1), count(*) FILTER (first > 1), count(*)
FROM (SELECT item_id, count(*) AS options, count(*) FILTER (votes = most) AS first
    FROM (SELECT item_id, votes, max(votes) OVER (PARTITION BY item_id) AS most FROM rows WHERE votes > 0)
    GROUP BY item_id)
"""
