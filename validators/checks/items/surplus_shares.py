"""A distribution with more shares than the question has options belongs to another question."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

CHOICES = [{"item_id": "1", "text": text} for text in ("yes", "no")]
SHARES = [{"item_id": "1", "group_id": None, "option": f"{n}"} for n in range(3)]


class SurplusShares(Check):
    """No distribution has more shares than the item has choices."""

    severity = "error"
    problem = "have|has more shares than choices"
    table = "distributions"
    unit = "sets of shares"
    per = ("item_id", "group_id")
    needs = {"distributions": ["item_id", "group_id", "option"], "choices": ["item_id", "text"]}
    passes = {"choices": CHOICES, "distributions": SHARES[:2]}
    fails = {"choices": CHOICES, "distributions": SHARES}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Distributions with both numbers."""
        return query_tables(
            tables,
            [*self.needs],
            """SELECT item_id, group_id, shares || ' shares for ' || choices || ' choices' AS problem
            FROM (SELECT item_id, group_id, count(DISTINCT option) AS shares FROM distributions GROUP BY ALL)
            JOIN (SELECT item_id, count(*) AS choices FROM choices GROUP BY item_id) USING (item_id)
            WHERE shares > choices""",
        )
