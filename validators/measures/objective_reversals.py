"""Which objectives prefer different responses of the same two."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, fetch_all
from . import Measure


class ObjectiveReversals(Measure):
    """Share of the pairs of responses whose preference under one objective is reversed under another.

    Of pairs that both objectives decide; a tie or an undecided pair is left out. It is the share that a reward model
    without objective must get wrong, and no fault of the data. Ours.
    """

    needs = {"pairs": ["first_id", "second_id", "objective", "preferred"]}

    max_objectives: PositiveInt = 12
    """Objectives that are compared, those with the most decided pairs."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure for each two objectives; `n` is the number of pairs that both decide."""
        for one, other, reversed_, n in fetch_all(tables["pairs"], REVERSALS.format(most=self.max_objectives)):
            low, high = wilson(reversed_, n)
            group = {"label": one, "other label": other}
            value = round(reversed_ / n, DIGITS)
            yield Figure(measure="objective_reversals", group=group, value=value, low=low, high=high, n=n)


REVERSALS = """
WITH decided AS (
    SELECT first_id, second_id, objective, preferred FROM rows
    WHERE preferred IN ('first', 'second') AND first_id IS NOT NULL AND second_id IS NOT NULL),
frequent AS (SELECT objective FROM decided GROUP BY objective ORDER BY count(*) DESC, objective LIMIT {most}),
compared AS (FROM decided SEMI JOIN frequent USING (objective))
SELECT a.objective, b.objective, count(*) FILTER (a.preferred <> b.preferred), count(*)
FROM compared a JOIN compared b USING (first_id, second_id) WHERE a.objective < b.objective GROUP BY ALL ORDER BY ALL
"""
