"""Whether annotators choose an option for its position."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ...schemas.rows.shared import ABSTAIN
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, query
from . import Measure


class OptionPosition(Measure):
    """A-bias: how much more often the first option is chosen than by chance.

    Dominguez-Olmedo et al. (arXiv 2306.07951): mean probability of the first option less 1/k. Here the chosen label
    stands for the probability, which is ours, and k is the number of options that each annotator was shown.
    """

    needs = {"annotations": ["annotator_id", "aspect", "label", "options"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure per aspect and annotator, 0 without bias; `n` is the number of judgements."""
        for aspect, annotator, first, chance, n in query(tables["annotations"], FIRST).fetchall():
            low, high = wilson(first, n)
            bounds = {"low": round(low - chance, DIGITS), "high": round(high - chance, DIGITS)}
            group = {"aspect": aspect, "annotator": annotator}
            yield Figure(measure="option_position", group=group, value=round(first / n - chance, DIGITS), n=n, **bounds)


FIRST = f"""
SELECT aspect, annotator_id, count(*) FILTER (options[1] = label), round(avg(1 / len(options)), 9), count(*)
FROM rows WHERE len(options) > 1 AND label <> '{ABSTAIN}' AND list_contains(options, label)
GROUP BY aspect, annotator_id ORDER BY aspect, annotator_id LIMIT 100
"""
