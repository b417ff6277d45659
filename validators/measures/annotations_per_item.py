"""How many annotators an item has: disagreement shows only where there are several."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, query
from . import Measure


class AnnotationsPerItem(Measure):
    """Fewest, mean and most annotators of an item by aspect, abstentions included."""

    needs = {"annotations": ["item_table", "item_id", "annotator_id", "aspect"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Three figures per aspect; `n` is the number of items judged on it."""
        for aspect, fewest, mean, most, n in query(tables["annotations"], COUNTED).fetchall():
            for what, value in (("fewest", fewest), ("mean", mean), ("most", most)):
                yield Figure(measure="annotations_per_item", group={"aspect": aspect, "of": what}, value=value, n=n)


COUNTED = f"""
SELECT aspect, min(annotators), round(avg(annotators), {DIGITS}), max(annotators), count(*) AS n
FROM (SELECT aspect, item_table, item_id, count(DISTINCT annotator_id) AS annotators FROM rows
    WHERE aspect IS NOT NULL GROUP BY ALL)
GROUP BY aspect ORDER BY aspect
"""
