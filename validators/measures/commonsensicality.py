"""How far statements are common sense among their raters."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, Z
from ..tables.sql import Tables, fetch_all
from . import Measure


class Commonsensicality(Measure):
    """Mean consensus, awareness and commonsensicality of statements, and of raters.

    Definitions of Whiting and Watts (PNAS 2024): `validators/stats/commonsense.py`.
    """

    needs = {
        "statement_scores": ["consensus", "awareness", "commonsensicality"],
        "rater_scores": ["consensus", "awareness", "commonsensicality"],
    }

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Three means with normal intervals, of statements and of raters; `n` is how many of them there are."""
        for of in ("statement", "rater"):
            for score, mean, deviation, n in fetch_all(tables[f"{of}_scores"], MEANS):
                half = Z * (deviation or 0) / n**0.5 if n > 1 else None
                bounds = {} if half is None else {"low": round(mean - half, DIGITS), "high": round(mean + half, DIGITS)}
                group = {"of": f"{of}s", "score": score}
                yield Figure(measure="commonsensicality", group=group, value=round(mean, DIGITS), n=n, **bounds)


MEANS = """
SELECT score, avg(value), stddev_samp(value), count(*)
FROM (UNPIVOT (SELECT consensus, awareness, commonsensicality FROM rows)
    ON consensus, awareness, commonsensicality INTO NAME score VALUE value)
GROUP BY score ORDER BY score
"""
