"""Which groups of annotators prefer different responses."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ...schemas.rows.preferences import DIRECT
from ..stats.aggregates import DIGITS, wilson
from ..stats.k_anonymity import grouping_columns
from ..tables.sql import Tables, query_tables, quote_identifier
from . import Measure


class GroupPreferences(Measure):
    """Share of the comparisons on which two groups of annotators prefer different responses.

    A group prefers the response that most of its verdicts name; a comparison on which either group is tied, or prefers
    none, is left out. Which comparisons these are is in the annotations, with the attributes of the annotators. Ours.
    """

    needs = {
        "annotations": ["item_table", "item_id", "annotator_id", "aspect", "label"],
        "annotators": ["annotator_id"],
        "comparisons": ["comparison_id"],
    }

    max_groups: PositiveInt = 12
    """Groups of an attribute that are compared, those with the most verdicts."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure for each attribute and two of its groups; `n` is the number of comparisons of both."""
        for attribute in grouping_columns(tables["annotators"]):
            select = REVERSALS.format(attribute=quote_identifier(attribute), most=self.max_groups)
            for one, other, reversed_, n in query_tables(tables, ["annotations", "annotators"], select).fetchall():
                low, high = wilson(reversed_, n)
                group = {"attribute": attribute, "label": one, "other label": other}
                share = round(reversed_ / n, DIGITS)
                yield Figure(measure="group_preferences", group=group, value=share, low=low, high=high, n=n)


REVERSALS = f"""
WITH verdicts AS (
    SELECT item_id, CAST(who.{{attribute}} AS VARCHAR) AS members, if(label = 'first', 1, -1) AS vote
    FROM annotations a JOIN annotators who USING (annotator_id)
    WHERE item_table = 'comparisons' AND aspect = '{DIRECT}' AND label IN ('first', 'second')
        AND who.{{attribute}} IS NOT NULL),
frequent AS (SELECT members FROM verdicts GROUP BY members ORDER BY count(*) DESC, members LIMIT {{most}}),
preferred AS (
    SELECT item_id, members, sign(sum(vote)) AS side FROM verdicts SEMI JOIN frequent USING (members)
    GROUP BY ALL HAVING sum(vote) <> 0)
SELECT a.members, b.members, count(*) FILTER (a.side <> b.side), count(*)
FROM preferred a JOIN preferred b ON a.item_id = b.item_id AND a.members < b.members GROUP BY ALL ORDER BY ALL
"""
