"""Whether judges are as divided as people are."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..stats.people_and_judges import ANNOTATED, has_people, labels
from ..tables.sql import Tables, fetch_all
from . import Measure


class JudgeCalibration(Measure):
    """Expected calibration error of the share of judges for a label as a forecast of that of people.

    Every label of every item is a forecast; forecasts in the same tenth are a bin, and the error is the mean over bins,
    weighted by their size, of the distance between mean forecast and mean share of people (Guo et al. 2017 for
    confidences; for shares of a panel it is ours). One judge alone always forecasts 0 or 1.
    """

    needs = ANNOTATED

    bins: PositiveInt = 10
    """Bins of equal width."""
    min_judges: PositiveInt = 2
    """Judges who must have labelled an item."""
    min_people: PositiveInt = 2
    """People who must have labelled an item."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A figure for each aspect; `n` is the number of items."""
        if not has_people(tables):
            return
        select = ERRORS.format(bins=self.bins, judges=self.min_judges, people=self.min_people)
        for aspect, error, n in fetch_all(labels(tables), select):
            yield Figure(measure="judge_calibration", group={"aspect": aspect}, value=round(error, DIGITS), n=n)


ERRORS = """
WITH voted AS (
    SELECT aspect, item, count(*) FILTER (NOT human) AS judges, count(*) FILTER (human) AS people
    FROM rows GROUP BY aspect, item HAVING judges >= {judges} AND people >= {people}
), used AS (SELECT DISTINCT aspect, value FROM rows
), shares AS (
    SELECT aspect, item, u.value, count(r.value) FILTER (NOT human) / any_value(judges) AS forecast,
        count(r.value) FILTER (human) / any_value(people) AS share
    FROM voted JOIN used u USING (aspect) LEFT JOIN rows r USING (aspect, item, value) GROUP BY ALL
), binned AS (
    SELECT aspect, least(floor(forecast * {bins}), {bins} - 1) AS bin, count(*) AS size,
        abs(avg(forecast) - avg(share)) AS gap FROM shares GROUP BY ALL
), errors AS (SELECT aspect, sum(size * gap) / sum(size) AS error FROM binned GROUP BY aspect)
SELECT aspect, error, (SELECT count(*) FROM voted v WHERE v.aspect = errors.aspect) FROM errors ORDER BY aspect
"""
