"""How often each judge says what most people say."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..stats.people_and_judges import ANNOTATED, has_people, labels
from ..tables.sql import Tables, fetch_all
from . import Measure


class HumanAgreement(Measure):
    """Share of a judge's labels that equal the label of most people.

    A judge is a model or persona. Items that fewer than `min_people` people labelled are left out, and those on which
    they tie; so are abstentions and repeated samples. `human_ceiling` is the same for people.
    """

    needs = ANNOTATED

    min_people: PositiveInt = 2
    """People who must have labelled an item."""
    max_annotators: PositiveInt = 20
    """Judges shown for each aspect, those with the most labels."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A share with its interval for each aspect and judge; `n` is the number of labels compared."""
        if not has_people(tables):
            return
        select = COMPARED.format(fewest=self.min_people, most=self.max_annotators)
        for aspect, judge, hits, n in fetch_all(labels(tables), select):
            low, high = wilson(hits, n)
            group = {"aspect": aspect, "annotator": judge}
            yield Figure(measure="human_agreement", group=group, value=round(hits / n, DIGITS), low=low, high=high, n=n)


COMPARED = """
WITH votes AS (
    SELECT aspect, item, value, count(*) AS votes, sum(count(*)) OVER (PARTITION BY aspect, item) AS people
    FROM rows WHERE human GROUP BY aspect, item, value
), majority AS (
    SELECT aspect, item, arg_max(value, votes) AS label, max(votes, 2) AS top FROM votes WHERE people >= {fewest}
    GROUP BY aspect, item HAVING len(top) = 1 OR top[1] > top[2]
)
SELECT aspect, annotator, count(*) FILTER (value = label) AS hits, count(*) AS n
FROM rows JOIN majority USING (aspect, item) WHERE NOT human GROUP BY aspect, annotator
QUALIFY row_number() OVER (PARTITION BY aspect ORDER BY n DESC, annotator) <= {most}
ORDER BY aspect, annotator
"""
