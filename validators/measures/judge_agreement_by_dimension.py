"""Whether two judges, such as a model and a person, apply criteria of a dimension alike."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, fetch_all
from . import Measure


class JudgeAgreementByDimension(Measure):
    """Share of gradings on which two judges agree, by dimension; abstentions are left out."""

    needs = {
        "annotations": ["item_table", "item_id", "annotator_id", "aspect", "label"],
        "gradings": ["grading_id", "criterion_id"],
        "criteria": ["criterion_id", "dimension"],
    }

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One share for each pair of judges and dimension, with its interval; `n` is the number of gradings."""
        satisfied = "item_table = 'gradings' AND aspect = 'satisfied' AND label <> 'abstain'"
        judged = tables["annotations"].filter(satisfied).set_alias("a")
        graded = judged.join(tables["gradings"].set_alias("g"), "a.item_id = g.grading_id")
        of = graded.join(tables["criteria"].set_alias("c"), "g.criterion_id = c.criterion_id")
        chosen = of.select("a.item_id AS item_id, a.annotator_id AS judge, a.label AS label, c.dimension AS dimension")
        for first, second, dimension, same, n in fetch_all(chosen, PAIRED):
            low, high = wilson(same, n)
            group = {"judges": f"{first}, {second}", "dimension": dimension}
            share = round(same / n, DIGITS)
            yield Figure(measure="judge_agreement_by_dimension", group=group, value=share, low=low, high=high, n=n)


PAIRED = """
SELECT a.judge, b.judge AS other, a.dimension, count_if(a.label = b.label) AS same, count(*) AS n
FROM rows a JOIN rows b ON a.item_id = b.item_id AND a.judge < b.judge
GROUP BY ALL ORDER BY a.judge, other, a.dimension
"""
