"""How many answers refer to no culture of the list."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables
from . import Measure
from .perspective_entropy import NEEDS, reference_counts


class AnswersWithoutReferences(Measure):
    """Share of answers that refer to no culture, by condition; they count for nothing in the entropy."""

    needs = NEEDS

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A share for each condition, writer and extractor; `n` is the number of answers."""
        for counted in reference_counts(tables):
            silent, n = int((~counted.counts.any(axis=1)).sum()), len(counted.counts)
            low, high = wilson(silent, n)
            share = round(silent / n, DIGITS)
            yield Figure(
                measure="answers_without_references", group=dict(counted.group), value=share, low=low, high=high, n=n
            )
