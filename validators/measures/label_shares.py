"""How often each label is given: rare and dominant classes distort other figures."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, fetch_all
from . import Measure


class LabelShares(Measure):
    """Share of each label among the judgements of an aspect, abstentions included."""

    needs = {"annotations": ["aspect", "label"]}

    max_labels: PositiveInt = 24
    """An aspect with more labels is left out."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One share per aspect and label, with its interval; `n` is the number of judgements with a label."""
        for aspect, label, given, n in fetch_all(tables["annotations"], COUNTED.format(most=self.max_labels)):
            low, high = wilson(given, n)
            group, share = {"aspect": aspect, "label": label}, round(given / n, DIGITS)
            yield Figure(measure="label_shares", group=group, value=share, low=low, high=high, n=n)


COUNTED = """
SELECT aspect, CAST(label AS VARCHAR) AS name, count(*) AS given,
    CAST(sum(count(*)) OVER (PARTITION BY aspect) AS BIGINT) AS n
FROM rows WHERE aspect IS NOT NULL AND label IS NOT NULL GROUP BY aspect, name
QUALIFY count(*) OVER (PARTITION BY aspect) <= {most} ORDER BY aspect, given DESC, name
"""
