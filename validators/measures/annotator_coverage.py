"""Who judged: whom a dataset can speak for, and whom it cannot."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..anonymity import ATTRIBUTES
from ..formulas import DIGITS, wilson
from ..measure import Measure
from ..tables import Tables, name, over, text

ASKED = tuple(attribute for attribute in ATTRIBUTES if attribute != "description")


class AnnotatorCoverage(Measure):
    """Share of annotators with each value of each attribute that any of them declares."""

    needs = {"annotators": ["annotator_id", "kind", *ATTRIBUTES]}

    most: PositiveInt = 50
    """So many values of an attribute are shown, the most frequent ones."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """The kinds, then each attribute; "not declared" is a value too. `n` is the number of annotators."""
        for attribute in ("kind", *ASKED):
            shown = over(tables["annotators"], VALUES.format(column=name(attribute), most=self.most))
            for value, count, n in shown.fetchall():
                low, high = wilson(count, n)
                group = {"attribute": attribute, "value": value}
                share = round(count / n, DIGITS)
                yield Figure(measure="annotator_coverage", group=group, value=share, low=low, high=high, n=n)


UNKNOWN = text("not declared")
VALUES = f"""
SELECT coalesce(CAST({{column}} AS VARCHAR), {UNKNOWN}) AS value, count(*) AS annotators,
    CAST(sum(annotators) OVER () AS BIGINT) AS n
FROM rows GROUP BY value HAVING (SELECT count({{column}}) FROM rows) > 0
ORDER BY annotators DESC, value LIMIT {{most}}
"""
