"""Whether annotators give the same answer when the options are shown in another order."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ...schemas.rows.shared import ABSTAIN
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, fetch_all
from . import Measure


class OrderReversal(Measure):
    """Share of items on which the same option is chosen in the reversed order, and in every order.

    An annotator who always chooses alike has no variance, as if the question had one right answer.
    """

    needs = {"annotations": ["item_table", "item_id", "annotator_id", "aspect", "sample", "label", "options"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Two figures for each aspect and annotator; `n` is the number of items that were shown so."""
        for aspect, annotator, *counts in fetch_all(tables["annotations"], SAME):
            for what, same, n in (("reversed", *counts[:2]), ("every order", *counts[2:])):
                if n:
                    low, high = wilson(same, n)
                    group = {"aspect": aspect, "annotator": annotator, "orders": what}
                    value = round(same / n, DIGITS)
                    yield Figure(measure="order_reversal", group=group, value=value, low=low, high=high, n=n)


SAME = f"""
WITH answers AS (
    SELECT item_table, item_id, annotator_id, aspect, options, label FROM rows
    WHERE len(options) > 1 AND list_contains(options, label) AND label <> '{ABSTAIN}'
    QUALIFY sample = min(sample) OVER (PARTITION BY item_table, item_id, annotator_id, aspect, options)
), varied AS (
    SELECT item_table, item_id, annotator_id, aspect, count(DISTINCT label) = 1 AS same
    FROM answers GROUP BY ALL HAVING count(*) > 1
), turned AS (
    SELECT one.aspect, one.annotator_id, bool_and(one.label = other.label) AS same
    FROM answers one JOIN answers other ON one.item_table = other.item_table AND one.item_id = other.item_id
        AND one.annotator_id = other.annotator_id AND one.aspect = other.aspect
        AND other.options = list_reverse(one.options) AND one.options < other.options
    GROUP BY one.item_table, one.item_id, one.annotator_id, one.aspect
)
SELECT aspect, annotator_id, coalesce(any_value(hits), 0), coalesce(any_value(pairs), 0),
    count(*) FILTER (same), count(*)
FROM varied LEFT JOIN (
    SELECT aspect, annotator_id, count(*) FILTER (same) AS hits, count(*) AS pairs
    FROM turned GROUP BY aspect, annotator_id) USING (aspect, annotator_id)
GROUP BY aspect, annotator_id ORDER BY aspect, annotator_id LIMIT 100
"""
