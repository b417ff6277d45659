"""How often people say what most other people say: what a judge can be expected to reach."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..stats.people_and_judges import ANNOTATED, has_people, labels
from ..tables.sql import Tables, fetch_all
from . import Measure
from .majority_agreement import COMPARED


class HumanCeiling(Measure):
    """Share of people's labels that equal the label of most other people, each left out in turn.

    The others must be two or more and not tie. A judge whose `human_agreement` is as high is as close to most people as
    people are. The interval takes labels as independent, which those of one item are not: it is too narrow.
    """

    needs = ANNOTATED

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A share with its interval for each aspect; `n` is the number of labels compared."""
        if not has_people(tables):
            return
        people = labels(tables).filter("human").select("item, annotator, aspect, value")
        for aspect, hits, n in fetch_all(people, CEILING):
            low, high = wilson(int(hits), int(n))
            share = round(int(hits) / int(n), DIGITS)
            yield Figure(measure="human_ceiling", group={"aspect": aspect}, value=share, low=low, high=high, n=int(n))


CEILING = f"""SELECT aspect, sum(hits) AS hits, sum(n) AS n
FROM ({COMPARED.format(fewest=1, most=1_000_000)}) GROUP BY aspect ORDER BY aspect"""
