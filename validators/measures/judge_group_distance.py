"""Which groups of people a judge stands for."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, Z
from ..stats.k_anonymity import grouping_columns
from ..stats.people_and_judges import ANNOTATED, has_people, labels
from ..tables.sql import Tables, query_tables, quote_identifier
from . import Measure


class JudgeGroupDistance(Measure):
    """Mean share of a group of people who chose another label than a judge, over items of both.

    A judge stands for the groups to which the distance is small; compare it over groups of one attribute. Ours. The
    interval is that of a mean over items, by the normal approximation.
    """

    needs = ANNOTATED

    max_annotators: PositiveInt = 8
    """Judges compared, those with the most labels."""
    max_groups: PositiveInt = 8
    """Groups of an attribute, those with the most labels."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A figure for each attribute, aspect, judge and group; `n` is the number of items that both labelled."""
        if not has_people(tables):
            return
        judged = {**tables, "labels": labels(tables)}
        for attribute in grouping_columns(tables["annotators"]):
            if attribute == "kind":
                continue
            select = DISTANCES.format(
                attribute=quote_identifier(attribute), judges=self.max_annotators, groups=self.max_groups
            )
            for aspect, judge, who, mean, spread, n in query_tables(
                judged, ["labels", "annotators"], select
            ).fetchall():
                half = Z * (spread or 0.0) / n**0.5
                low, high = (round(min(1.0, max(0.0, mean + end)), DIGITS) for end in (-half, half))
                group = {"attribute": attribute, "aspect": aspect, "annotator": judge, "group": who}
                bounds = {"low": low, "high": high} if n > 1 else {}
                yield Figure(measure="judge_group_distance", group=group, value=round(mean, DIGITS), n=n, **bounds)


DISTANCES = """
WITH people AS (
    SELECT CAST(annotator_id AS VARCHAR) AS annotator, CAST({attribute} AS VARCHAR) AS who FROM annotators
    WHERE kind = 'human' AND nullif(CAST({attribute} AS VARCHAR), '') IS NOT NULL
), grouped AS (SELECT aspect, item, value, who FROM labels JOIN people USING (annotator)
), largest AS (SELECT who FROM grouped GROUP BY who ORDER BY count(*) DESC, who LIMIT {groups}
), judges AS (
    SELECT annotator FROM labels WHERE NOT human GROUP BY annotator ORDER BY count(*) DESC, annotator LIMIT {judges}
), items AS (
    SELECT j.aspect, j.annotator, g.who, j.item, avg(CAST(g.value <> j.value AS DOUBLE)) AS other
    FROM labels j SEMI JOIN judges USING (annotator) JOIN grouped g ON g.aspect = j.aspect AND g.item = j.item
    WHERE g.who IN (FROM largest) GROUP BY ALL
)
SELECT aspect, annotator, who, avg(other), stddev_samp(other), count(*) FROM items GROUP BY ALL ORDER BY ALL
"""
