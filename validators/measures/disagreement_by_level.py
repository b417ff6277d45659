"""At which levels annotators disagree."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, query
from . import Measure

SPREAD = """
SELECT aspect, level, avg(deviation), count(*) FROM (
    SELECT aspect, level, stddev_samp(score) AS deviation FROM rows
    WHERE level IS NOT NULL AND score IS NOT NULL GROUP BY aspect, item_id, level HAVING count(*) > 1)
GROUP BY aspect, level ORDER BY aspect, level
"""


class DisagreementByLevel(Measure):
    """Mean standard deviation of the scores of an item, by aspect and level."""

    needs = {"items": ["item_id", "level"], "annotations": ["item_id", "aspect", "score"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure per aspect and level, in units of the score; `n` is the number of items with several scores."""
        items, rated = tables["items"].set_alias("i"), tables["annotations"].set_alias("a")
        joined = items.join(rated, "CAST(i.item_id AS VARCHAR) = CAST(a.item_id AS VARCHAR)")
        rows = joined.select("i.item_id AS item_id, level, aspect, score")
        for aspect, level, deviation, n in query(rows, SPREAD).fetchall():
            group = {"aspect": aspect, "level": f"{level:g}"}
            yield Figure(measure="disagreement_by_level", group=group, value=round(deviation, DIGITS), n=n)
