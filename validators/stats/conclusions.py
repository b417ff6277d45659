"""A conclusion drawn from one set of labels: a share, a difference between two groups of items, or a slope."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .aggregates import Z

Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """A number with its standard error."""

    value: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval, by the normal approximation."""
        return self.value - Z * self.error, self.value + Z * self.error

    @property
    def sign(self) -> int:
        """1 or -1 where the interval lies above or below 0, else 0."""
        low, high = self.interval
        return 1 if low > 0 else -1 if high < 0 else 0


def slopes(outcomes: Floats, given: NDArray[np.bool_], predictor: Floats | None) -> list[Estimate | None]:
    """For each row of (configurations, items), the mean of its outcomes, or their least-squares slope on a predictor.

    Where the predictor is 0 and 1, the slope is the difference of two means. Errors are those of ordinary least
    squares; null where a row has under three items, or the predictor does not vary.
    """
    return [
        _slope(row[there], None if predictor is None else predictor[there])
        for row, there in zip(outcomes, given, strict=True)
    ]


def point_slopes(outcomes: Floats, given: NDArray[np.bool_], predictor: Floats | None) -> Floats:
    """The values of `slopes` alone, fast; float64 (configurations,)."""
    n = np.maximum(given.sum(axis=1), 1)
    means = (outcomes * given).sum(axis=1) / n
    if predictor is None:
        return np.asarray(means)
    centred = (predictor - (predictor * given).sum(axis=1, keepdims=True) / n[:, None]) * given
    spread = (centred**2).sum(axis=1)
    products: Floats = (centred * outcomes).sum(axis=1)
    return np.asarray(np.divide(products, spread, out=np.zeros_like(spread), where=spread > 0))


def _slope(outcomes: Floats, predictor: Floats | None) -> Estimate | None:
    n = len(outcomes)
    if n < 3:
        return None
    if predictor is None:
        return Estimate(float(outcomes.mean()), float(outcomes.std(ddof=1) / np.sqrt(n)))
    centred = predictor - predictor.mean()
    spread = float((centred**2).sum())
    if spread == 0:
        return None
    value = float((centred * outcomes).sum() / spread)
    rest = outcomes - outcomes.mean() - value * centred
    return Estimate(value, float(np.sqrt((rest**2).sum() / (n - 2) / spread)))
