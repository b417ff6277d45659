"""Which groups of annotators answer differently, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ...schemas.rows.shared import ABSTAIN
from ..stats.aggregates import DIGITS
from ..stats.k_anonymity import grouping_columns
from ..tables.sql import Tables, query_tables, quote_identifier
from . import Measure


class GroupDifferences(Measure):
    """Mean total variation distance, 0 to 1, between the answers of two groups to the items that both judged.

    The share of a group's answers that would have to change to be those of the other, item by item; abstentions are
    left out. Groups of few annotators differ by chance too, so that the distance is no test. Ours.
    """

    needs = {"annotations": ["item_id", "annotator_id", "aspect", "label"], "annotators": ["annotator_id"]}

    max_groups: PositiveInt = 8
    """Groups of an attribute that are compared, those with the most judgements."""
    max_items: PositiveInt = 20_000
    """Items compared; of more, an arbitrary sample that is the same every time."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A figure for each attribute, aspect and two groups; `n` is the number of items that both judged."""
        for attribute in grouping_columns(tables["annotators"]):
            select = DISTANCES.format(
                attribute=quote_identifier(attribute), groups=self.max_groups, items=self.max_items
            )
            for aspect, one, other, distance, n in query_tables(
                tables, ["annotations", "annotators"], select
            ).fetchall():
                group = {"attribute": attribute, "aspect": aspect or "label", "group": one, "other group": other}
                yield Figure(measure="group_differences", group=group, value=distance, n=n)


DISTANCES = f"""
WITH people AS (
    SELECT annotator_id::VARCHAR AS annotator_id, any_value(CAST({{attribute}} AS VARCHAR)) AS who
    FROM annotators WHERE nullif(CAST({{attribute}} AS VARCHAR), '') IS NOT NULL GROUP BY 1
), sampled AS (
    SELECT aspect, item_id, label, annotator_id::VARCHAR AS annotator_id FROM annotations
    WHERE label IS NOT NULL AND label <> '{ABSTAIN}'
        AND item_id IN (SELECT DISTINCT item_id FROM annotations ORDER BY hash(item_id), item_id LIMIT {{items}})
), judged AS (SELECT aspect, item_id, label, who FROM sampled JOIN people USING (annotator_id)
), largest AS (SELECT who FROM judged GROUP BY who ORDER BY count(*) DESC, who LIMIT {{groups}}
), counted AS (
    SELECT aspect, item_id, who, label, count(*) AS n FROM judged WHERE who IN (FROM largest) GROUP BY ALL
), shares AS (
    SELECT aspect, item_id, who, label, n / sum(n) OVER (PARTITION BY aspect, item_id, who) AS p FROM counted
), common AS (
    -- what two groups have in common is the distance that is missing from 1
    SELECT a.aspect, a.item_id, a.who AS one, b.who AS other,
        sum(CASE WHEN a.label = b.label THEN least(a.p, b.p) ELSE 0 END) AS overlap
    FROM shares a JOIN shares b ON a.item_id = b.item_id AND a.aspect IS NOT DISTINCT FROM b.aspect AND a.who < b.who
    GROUP BY ALL
)
SELECT aspect, one, other, round(1 - avg(overlap), {DIGITS}) AS distance, count(*) AS n
FROM common GROUP BY aspect, one, other ORDER BY aspect NULLS FIRST, one, other
"""
