"""How many annotations of people are still needed."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Annotated

from pydantic import Field

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, Z
from ..stats.people_and_judges import ANNOTATED, has_people, labels
from ..tables.sql import Tables, fetch_all
from . import Measure


class HumanAnnotationsNeeded(Measure):
    """Annotations that people still have to give until the share of each label is known to a margin.

    The share of a label is the mean over items of the share of people who chose it. Its 95% interval is taken from how
    much the items differ, by the normal approximation, since annotations of one item are not independent; the label
    that is least well known counts. Further items are taken to be like those there are, each with as many annotations
    as items have now. Ours.
    """

    needs = ANNOTATED

    margin: Annotated[float, Field(gt=0, lt=1)] = 0.05
    """Half the width of the interval that is wanted."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """For each aspect the margin now and the annotations still needed; `n` is the number of items so far."""
        if not has_people(tables):
            return
        for aspect, spread, items, given in fetch_all(labels(tables), SPREADS):
            if spread is None:
                continue
            now, needed = Z * spread / items**0.5, ceil((Z * spread / self.margin) ** 2)
            more = ceil(max(0, needed - items) * given / items)
            for what, value in (("margin now", round(now, DIGITS)), (f"needed for {self.margin:g}", float(more))):
                group = {"aspect": aspect, "what": what}
                yield Figure(measure="human_annotations_needed", group=group, value=value, n=items)


SPREADS = """
WITH people AS (SELECT aspect, item, value FROM rows WHERE human
), voted AS (SELECT aspect, item, count(*) AS votes FROM people GROUP BY ALL
), shares AS (
    SELECT aspect, item, u.value, count(p.value) / any_value(votes) AS share
    FROM voted JOIN (SELECT DISTINCT aspect, value FROM people) u USING (aspect)
        LEFT JOIN people p USING (aspect, item, value) GROUP BY ALL
), spreads AS (SELECT aspect, value, stddev_samp(share) AS spread FROM shares GROUP BY ALL
), totals AS (SELECT aspect, count(*) AS items, sum(votes) AS annotations FROM voted GROUP BY aspect)
SELECT aspect, max(spread), any_value(items), CAST(any_value(annotations) AS BIGINT)
FROM spreads JOIN totals USING (aspect) GROUP BY aspect ORDER BY aspect
"""
