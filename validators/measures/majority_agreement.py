"""Which annotators differ from the majority: the careless and the dissenting look the same here."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..stats.ratings import first_judgements
from ..tables.sql import Tables, fetch_all
from . import Measure


class MajorityAgreement(Measure):
    """Share of an annotator's labels that equal the majority of the others.

    The majority is that of the other annotators (leave one out), of whom there must be two or more; items on which they
    tie are left out, as are abstentions and repeated samples.
    """

    needs = {"annotations": ["item_id", "annotator_id", "aspect", "label"]}

    min_labels: PositiveInt = 10
    """Annotators with fewer labels to compare are left out."""
    max_annotators: PositiveInt = 10
    """Annotators shown per aspect, those who agree least."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One share per aspect and annotator, with its interval; `n` is the number of labels compared."""
        query = COMPARED.format(fewest=self.min_labels, most=self.max_annotators)
        for aspect, annotator, hits, n in fetch_all(first_judgements(tables, "label"), query):
            low, high = wilson(hits, n)
            group, share = {"aspect": aspect, "annotator": annotator}, round(hits / n, DIGITS)
            yield Figure(measure="majority_agreement", group=group, value=share, low=low, high=high, n=n)


COMPARED = """
WITH labels AS (
    SELECT DISTINCT aspect, item, annotator, value FROM rows WHERE annotator IS NOT NULL
), votes AS (
    SELECT aspect, item, value, count(*) AS votes, sum(count(*)) OVER (PARTITION BY aspect, item) AS of
    FROM labels GROUP BY aspect, item, value
    -- without one vote the first is one of the first two, and ties with one of the first three
    QUALIFY row_number() OVER (PARTITION BY aspect, item ORDER BY votes DESC, value) <= 3
), others AS (
    SELECT labels.*, votes.value AS other, votes.votes - (votes.value = labels.value)::INT AS votes
    FROM labels JOIN votes USING (aspect, item) WHERE of > 2
), compared AS (
    SELECT aspect, annotator, value, arg_max(other, votes) AS majority, max(votes, 2) AS top
    FROM others GROUP BY aspect, item, annotator, value
)
SELECT aspect, annotator, count(*) FILTER (value = majority) AS hits, count(*) AS n
FROM compared WHERE len(top) = 1 OR top[1] > top[2] GROUP BY aspect, annotator HAVING count(*) >= {fewest}
QUALIFY row_number() OVER (PARTITION BY aspect ORDER BY hits / n, annotator) <= {most}
ORDER BY aspect, hits / n, annotator
"""
