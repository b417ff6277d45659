"""Which cultures answers refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..stats.perspectives import Choices, distribution
from ..tables.sql import Tables
from . import Measure
from .perspective_entropy import NEEDS, reference_counts


class PerspectiveDistribution(Measure):
    """Perspectives Distribution Score: share of each culture among the references, by condition.

    WorldView-Bench (arXiv 2505.09595) names the score; its formula here is ours.
    """

    needs = NEEDS

    counting: Literal["mentions", "presence"] = "mentions"
    """Count every reference, or each culture once for an answer."""
    leave_out: tuple[str, ...] = ()
    """Cultures that are not counted, such as Other."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A share for each culture of the list, zeros included; they add up to 1. `n` is the number of answers."""
        for counted in reference_counts(tables, self.leave_out):
            shares = distribution(counted.counts, Choices(counting=self.counting))
            for at, culture in enumerate(counted.cultures):
                value = None if shares is None else round(float(shares[at]), DIGITS)
                group = {**counted.group, "counting": self.counting, "label": culture}
                yield Figure(measure="perspective_distribution", group=group, value=value, n=len(counted.counts))
