"""Which groups of annotators answer differently, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..stats.k_anonymity import grouping_columns
from ..stats.ratings import first_judgements
from ..tables.sql import Tables, materialize, query, query_tables, quote_identifier
from . import Measure


class GroupDifferences(Measure):
    """Mean total variation distance between the answers of two groups, over items that both judged.

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
        attributes = grouping_columns(tables["annotators"])
        if not attributes:
            return
        given = first_judgements(tables, "label").filter("value IS NOT NULL")
        sample = materialize(query(given, SAMPLE.format(items=self.max_items)))
        judged = {"judgements": sample, "annotators": tables["annotators"]}
        for attribute in attributes:
            select = DISTANCES.format(attribute=quote_identifier(attribute), groups=self.max_groups)
            for aspect, one, other, distance, n in query_tables(judged, [*judged], select).fetchall():
                group = {"attribute": attribute, "aspect": aspect, "group": one, "other group": other}
                yield Figure(measure="group_differences", group=group, value=distance, n=n)


SAMPLE = """
SELECT * FROM rows
WHERE item IN (SELECT item FROM rows GROUP BY item ORDER BY hash(item), item LIMIT {items})
"""

DISTANCES = f"""
WITH people AS (
    SELECT annotator_id::VARCHAR AS annotator, any_value(CAST({{attribute}} AS VARCHAR)) AS who
    FROM annotators WHERE nullif(CAST({{attribute}} AS VARCHAR), '') IS NOT NULL GROUP BY 1
), judged AS (SELECT aspect, item, value, who FROM judgements JOIN people USING (annotator)
), largest AS (SELECT who FROM judged GROUP BY who ORDER BY count(*) DESC, who LIMIT {{groups}}
), counted AS (
    SELECT aspect, item, who, value, count(*) AS n FROM judged WHERE who IN (FROM largest) GROUP BY ALL
), shares AS (
    SELECT aspect, item, who, value, n / sum(n) OVER (PARTITION BY aspect, item, who) AS p FROM counted
), common AS (
    -- what two groups have in common is the distance that is missing from 1
    SELECT a.aspect, a.item, a.who AS one, b.who AS other,
        sum(CASE WHEN a.value = b.value THEN least(a.p, b.p) ELSE 0 END) AS overlap
    FROM shares a JOIN shares b ON a.item = b.item AND a.aspect = b.aspect AND a.who < b.who
    GROUP BY ALL
)
SELECT aspect, one, other, round(1 - avg(overlap), {DIGITS}) AS distance, count(*) AS n
FROM common GROUP BY aspect, one, other ORDER BY aspect, one, other
"""
