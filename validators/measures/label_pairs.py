"""Where annotators disagree: which pairs of labels an item gets."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ...schemas.rows.shared import ABSTAIN
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, query
from . import Measure


class LabelPairs(Measure):
    """Share of pairs of annotators of an item by their two labels.

    Every item has the same weight, split over its pairs. Abstentions and repeated samples are left out.
    """

    needs = {"annotations": ["item_table", "item_id", "annotator_id", "aspect", "label"]}

    max_labels: PositiveInt = 12
    """An aspect with more labels is left out."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One share per aspect and unordered pair of labels; `n` is the number of items with two or more judgements."""
        first = "AND sample = 0" if "sample" in tables["annotations"].columns else ""
        judged = tables["annotations"].filter(f"label <> '{ABSTAIN}' {first}")
        for aspect, one, other, share, n in query(judged, PAIRS.format(most=self.max_labels)).fetchall():
            group = {"aspect": aspect, "label": one, "other label": other}
            yield Figure(measure="label_pairs", group=group, value=share, n=n)


PAIRS = f"""
WITH counts AS (SELECT aspect, item_table, item_id, label, count(*) AS k FROM rows
    WHERE aspect IN (SELECT aspect FROM rows GROUP BY aspect HAVING count(DISTINCT label) <= {{most}}) GROUP BY ALL),
sizes AS (SELECT aspect, item_table, item_id, sum(k) AS m FROM counts GROUP BY ALL HAVING m > 1),
pairs AS (SELECT a.aspect, item_table, item_id, a.label AS one, b.label AS other,
        CASE WHEN a.label = b.label THEN a.k * (a.k - 1) / 2 ELSE a.k * b.k END / (m * (m - 1) / 2) AS weight
    FROM counts a JOIN counts b USING (aspect, item_table, item_id) JOIN sizes USING (aspect, item_table, item_id)
    WHERE a.label <= b.label)
SELECT aspect, one, other, round(sum(weight) / n, {DIGITS}) AS share, n
FROM pairs JOIN (SELECT aspect, count(*) AS n FROM sizes GROUP BY aspect) USING (aspect)
GROUP BY aspect, one, other, n HAVING sum(weight) > 0 ORDER BY aspect, one, other
"""
