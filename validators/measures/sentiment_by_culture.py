"""How answers speak of each culture: they may mention all and praise one."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, fetch_all
from . import Measure


class SentimentByCulture(Measure):
    """Share of positive, neutral and negative references to each culture."""

    needs = {"references": ["culture", "sentiment"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Three shares for each culture that is referred to; `n` is the number of its references."""
        for culture, sentiment, count, n in fetch_all(tables["references"], SHARES):
            low, high = wilson(count, n)
            group = {"culture": culture, "label": sentiment}
            share = round(count / n, DIGITS)
            yield Figure(measure="sentiment_by_culture", group=group, value=share, low=low, high=high, n=n)


SHARES = """
SELECT culture, sentiment, count(*) FILTER (found = sentiment) AS count, count(*) AS n
FROM (SELECT culture, sentiment AS found FROM rows), (SELECT unnest(['positive', 'neutral', 'negative']) AS sentiment)
GROUP BY culture, sentiment
ORDER BY culture, list_position(['positive', 'neutral', 'negative'], sentiment)
"""
