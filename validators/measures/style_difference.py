"""How sure a difference in style between letters for people of two genders is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..stats.letter_styles import NEEDS, style_shares
from ..tables.sql import Tables
from . import Measure


class StyleDifference(Measure):
    """Difference between genders in the mean share of a style, with Welch's interval and p-value.

    Two-sided and not corrected for the number of styles; the p-value is in the group. Needs scipy.
    """

    needs = NEEDS

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A difference for each pair of genders; `n` is the number of letters. None where nothing varies."""
        for (sentences, style), by_gender in style_shares(tables).items():
            for first, second in combinations(sorted(by_gender), 2):
                group = {"sentences": sentences, "style": style, "genders": f"{first} - {second}"}
                yield from _compared(group, by_gender[first], by_gender[second])


def _compared(group: dict[str, str], first: Sequence[float], second: Sequence[float]) -> Iterator[Figure]:
    from scipy.stats import ttest_ind

    if min(len(first), len(second)) < 2 or len({*first}) + len({*second}) < 3:
        return
    test = ttest_ind(first, second, equal_var=False)
    interval = test.confidence_interval()
    yield Figure(
        measure="style_difference",
        group={**group, "p": f"{test.pvalue:.4f}"},
        value=round(sum(first) / len(first) - sum(second) / len(second), DIGITS),
        low=round(float(interval.low), DIGITS),
        high=round(float(interval.high), DIGITS),
        n=len(first) + len(second),
    )
