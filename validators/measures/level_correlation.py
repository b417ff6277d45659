"""Whether items at a higher level are rated higher."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, query
from . import Measure

CORRELATION = """
WITH means AS (
    SELECT aspect, level, avg(score) AS mean FROM rows
    WHERE level IS NOT NULL AND score IS NOT NULL GROUP BY aspect, item_id, level
), ranked AS (
    SELECT aspect,
        rank() OVER (PARTITION BY aspect ORDER BY level)
            + (count(*) OVER (PARTITION BY aspect, level) - 1) / 2 AS levels,
        rank() OVER (PARTITION BY aspect ORDER BY mean)
            + (count(*) OVER (PARTITION BY aspect, mean) - 1) / 2 AS means
    FROM means
)
SELECT aspect, corr(levels, means), count(*) FROM ranked GROUP BY aspect ORDER BY aspect
"""
"""Spearman's coefficient: Pearson's of ranks, equal values sharing their mean rank."""


class LevelCorrelation(Measure):
    """Spearman correlation of the level of items and their mean score, by aspect."""

    needs = {"items": ["item_id", "level"], "annotations": ["item_id", "aspect", "score"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure per aspect, null where all levels or all means are equal; `n` is the number of items."""
        items, rated = tables["items"].set_alias("i"), tables["annotations"].set_alias("a")
        joined = items.join(rated, "CAST(i.item_id AS VARCHAR) = CAST(a.item_id AS VARCHAR)")
        rows = joined.select("i.item_id AS item_id, level, aspect, score")
        for aspect, value, n in query(rows, CORRELATION).fetchall():
            known = None if value is None or value != value else round(value, DIGITS)
            yield Figure(measure="level_correlation", group={"aspect": aspect}, value=known, n=n)
