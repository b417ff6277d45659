"""How spread out the labels of an item are: disagreement that a single label would hide."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, Z, wilson
from ..stats.ratings import first_judgements
from ..tables.sql import Tables, query
from . import Measure


class LabelEntropy(Measure):
    """Mean entropy of the soft labels in bits, and share of unanimous items."""

    needs = {"annotations": ["item_id", "aspect", "label"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Two figures per aspect, over items with two or more labels; the mean has a normal interval."""
        for aspect, mean, deviation, unanimous, n in query(first_judgements(tables, "label"), SPREAD).fetchall():
            half = Z * (deviation or 0) / n**0.5
            bounds = {"low": round(max(0.0, mean - half), DIGITS), "high": round(mean + half, DIGITS)}
            group = {"aspect": aspect, "what": "entropy"}
            yield Figure(measure="label_entropy", group=group, value=round(mean, DIGITS), n=n, **bounds)
            low, high = wilson(unanimous, n)
            share = round(unanimous / n, DIGITS)
            group = {"aspect": aspect, "what": "unanimous"}
            yield Figure(measure="label_entropy", group=group, value=share, low=low, high=high, n=n)


SPREAD = """
SELECT aspect, round(avg(bits), 9), stddev_samp(bits), count(*) FILTER (labels = 1), count(*)
FROM (
    SELECT aspect, item, count(*) AS labels, abs(sum(-n / total * log2(n / total))) AS bits
    FROM (SELECT aspect, item, n, sum(n) OVER (PARTITION BY aspect, item) AS total
        FROM (SELECT aspect, item, value, count(*) AS n FROM rows GROUP BY ALL))
    WHERE total > 1 GROUP BY aspect, item)
GROUP BY aspect ORDER BY aspect
"""
