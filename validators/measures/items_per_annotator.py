"""How many items annotators judge: if a few judge most of them, a dataset represents few people."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, fetch_all
from . import Measure


class ItemsPerAnnotator(Measure):
    """Fewest, mean and most items of an annotator by aspect, abstentions included."""

    needs = {"annotations": ["item_table", "item_id", "annotator_id", "aspect"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Three figures per aspect; `n` is the number of its annotators."""
        for aspect, fewest, mean, most, n in fetch_all(tables["annotations"], COUNTED):
            for what, value in (("fewest", fewest), ("mean", mean), ("most", most)):
                yield Figure(measure="items_per_annotator", group={"aspect": aspect, "of": what}, value=value, n=n)


COUNTED = f"""
SELECT aspect, min(items), round(avg(items), {DIGITS}), max(items), count(*) AS n
FROM (SELECT aspect, annotator_id, count(DISTINCT (item_table, item_id)) AS items FROM rows
    WHERE aspect IS NOT NULL AND annotator_id IS NOT NULL GROUP BY ALL)
GROUP BY aspect ORDER BY aspect
"""
