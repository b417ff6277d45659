"""How many judge an item: disagreement is only seen where several do."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, query
from . import Measure


class AnnotationsPerItem(Measure):
    """Annotators of an item on an aspect, abstentions included: the fewest, the mean and the most."""

    needs = {"annotations": ["item_table", "item_id", "annotator_id", "aspect"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Three figures an aspect; `n` is the number of items that were judged on it."""
        for aspect, fewest, mean, most, n in query(tables["annotations"], COUNTED).fetchall():
            for what, value in (("fewest", fewest), ("mean", mean), ("most", most)):
                yield Figure(measure="annotations_per_item", group={"aspect": aspect, "of": what}, value=value, n=n)


COUNTED = f"""
SELECT aspect, min(annotators), round(avg(annotators), {DIGITS}), max(annotators), count(*) AS n
FROM (SELECT aspect, item_table, item_id, count(DISTINCT annotator_id) AS annotators FROM rows
    WHERE aspect IS NOT NULL GROUP BY ALL)
GROUP BY aspect ORDER BY aspect
"""
