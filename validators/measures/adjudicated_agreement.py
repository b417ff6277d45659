"""Whether annotators come to agree in the course of a discussion."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, fetch_all
from . import Measure


class AdjudicatedAgreement(Measure):
    """Share of utterances on which all annotators give the same kinds, after each round.

    An utterance that was agreed on earlier counts as agreed; one annotator alone is no agreement.
    """

    needs = {"adjudications": ["utterance_id", "round", "annotator_id", "kinds"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A share for each round, with its interval; `n` is the number of utterances."""
        for number, agreed, n in fetch_all(tables["adjudications"], AGREED):
            low, high = wilson(agreed, n)
            group = {"round": str(number)}
            share = round(agreed / n, DIGITS)
            yield Figure(measure="adjudicated_agreement", group=group, value=share, low=low, high=high, n=n)


AGREED = """
WITH several AS (
    SELECT utterance_id, max(round) AS last FROM rows GROUP BY utterance_id HAVING count(DISTINCT annotator_id) > 1),
views AS (
    SELECT utterance_id, round, count(DISTINCT list_sort(kinds)) FILTER (len(kinds) > 0) <= 1 AS agreed
    FROM rows GROUP BY ALL),
rounds AS (SELECT unnest(range(max(last) + 1)) AS round FROM several)
SELECT r.round, count_if(v.agreed) AS agreed, count(*) AS n
FROM rounds r CROSS JOIN several s JOIN views v ON v.utterance_id = s.utterance_id AND v.round = least(r.round, s.last)
GROUP BY r.round ORDER BY r.round
"""
