"""INV-VP1: how many considerations situations have."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, Z
from ..tables.sql import Tables, query
from . import Measure

NAME = "considerations_per_situation"


class ConsiderationsPerSituation(Measure):
    """Mean number of considerations per situation, and its distribution."""

    needs = {"situations": ["situation_id"], "considerations": ["situation_id"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """The mean with its interval (normal approximation), then the number of situations with each number."""
        situations, considerations = tables["situations"].set_alias("s"), tables["considerations"].set_alias("c")
        joined = situations.join(considerations, "s.situation_id = c.situation_id", how="left")
        pairs = joined.select("s.situation_id, c.situation_id AS named")
        counted = query(pairs, "SELECT situation_id, count(named) AS k FROM rows GROUP BY situation_id")
        n, mean, error = query(counted, MEAN).fetchall()[0]
        yield Figure(measure=NAME, group={}, value=mean, low=_minus(mean, error), high=_minus(mean, error, -1), n=n)
        for k, count in query(counted, "SELECT k, count(*) FROM rows GROUP BY k ORDER BY k").fetchall():
            yield Figure(measure=NAME, group={"considerations": str(k)}, value=count, n=n)


MEAN = f"""
SELECT count(*), round(sum(k) / nullif(count(*), 0), {DIGITS}), stddev_samp(k) / sqrt(nullif(count(*), 0)) FROM rows
"""


def _minus(mean: float | None, error: float | None, sign: int = 1) -> float | None:
    return None if mean is None or error is None else round(mean - sign * Z * error, DIGITS)
