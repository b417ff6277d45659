"""How much of a vocabulary of values a dataset covers, and how evenly."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, query
from . import Measure


class ValueCoverage(Measure):
    """Share of the vocabulary that is used, and the effective number of values.

    The effective number is the exponential of the entropy of the mentions (Hill 1973, order 1): so many values would
    have the same entropy if all were equally frequent.
    """

    needs = {"mentions": ["item_id", "value"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Number and effective number of values (`n` mentions), and the share of the vocabulary (`n` values)."""
        distinct, effective, mentions = query(tables["mentions"], EFFECTIVE).fetchall()[0]
        if not mentions:
            return
        counts = {"distinct": float(distinct), "effective": round(effective, DIGITS)}
        for what, value in counts.items():
            yield Figure(measure="value_coverage", group={"what": what}, value=value, n=mentions)
        if "vocabulary" in tables:
            known = tables["vocabulary"].filter("value IS NOT NULL").select("value").distinct()
            size = len(known.fetchall())
            used = len(known.intersect(tables["mentions"].select("value").distinct()).fetchall())
            if size:
                share = round(used / size, DIGITS)
                yield Figure(measure="value_coverage", group={"what": "share of the vocabulary"}, value=share, n=size)


EFFECTIVE = """
SELECT count(*), exp(sum(-n / total * ln(n / total))), CAST(coalesce(sum(n), 0) AS BIGINT) FROM (
    SELECT value, count(*) AS n, sum(count(*)) OVER () AS total FROM rows WHERE value IS NOT NULL GROUP BY value)
"""
