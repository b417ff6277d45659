"""How often annotators confirm what a writer meant: without it, a reversal is an intention."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, query
from . import Measure


class ReversalPassRate(Measure):
    """Share of reversals of which annotators confirm criterion x, criterion y, and both."""

    needs = {"reversals": ["agreed_x", "agreed_y"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Confirmed is what more than half of the annotators prefer; a reversal that was not judged is left out."""
        [[x, y, both, n]] = query(tables["reversals"], CONFIRMED).fetchall()
        for name, hits in (("x", x), ("y", y), ("both", both)) if n else ():
            low, high = wilson(hits, n)
            share, group = round(hits / n, DIGITS), {"criterion": name}
            yield Figure(measure="reversal_pass_rate", group=group, value=share, low=low, high=high, n=n)


CONFIRMED = """
SELECT count(*) FILTER (agreed_x > 0.5), count(*) FILTER (agreed_y > 0.5),
    count(*) FILTER (least(agreed_x, agreed_y) > 0.5), count(*)
FROM rows WHERE agreed_x IS NOT NULL AND agreed_y IS NOT NULL
"""
