"""An odds ratio pooled over strata."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .aggregates import Z


class PooledOdds(NamedTuple):
    """The pooled ratio with its 95% interval and the p-value of its being 1; null where it is not defined."""

    ratio: float | None
    low: float | None
    high: float | None
    p: float | None


def pooled_odds(tables: NDArray[np.float64]) -> PooledOdds:
    """Mantel-Haenszel odds ratio (1959) of float64 (strata, 2, 2): rows are groups, columns yes and no.

    The interval is that of Robins, Breslow and Greenland (1986), the test that of Cochran, Mantel and Haenszel without
    a correction for continuity. Strata with an empty margin say nothing and are left out.
    """
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    kept = tables[(rows > 0).all(axis=1) & (columns > 0).all(axis=1)]
    if not len(kept):
        return PooledOdds(None, None, None, None)
    a, b, c, d = kept[:, 0, 0], kept[:, 0, 1], kept[:, 1, 0], kept[:, 1, 1]
    n = kept.sum(axis=(1, 2))
    expected = (a + b) * (a + c) / n
    variance = (a + b) * (c + d) * (a + c) * (b + d) / (n**2 * (n - 1))
    chi2 = float((a - expected).sum() ** 2 / variance.sum())
    p = math.erfc(math.sqrt(chi2 / 2))
    up, down = a * d / n, b * c / n
    if not up.sum() or not down.sum():
        return PooledOdds(None, None, None, p)
    ratio = float(up.sum() / down.sum())
    agree, differ = (a + d) / n, (b + c) / n
    spread = (
        (agree * up).sum() / (2 * up.sum() ** 2)
        + (agree * down + differ * up).sum() / (2 * up.sum() * down.sum())
        + (differ * down).sum() / (2 * down.sum() ** 2)
    )
    half = Z * math.sqrt(float(spread))
    return PooledOdds(ratio, ratio * math.exp(-half), ratio * math.exp(half), p)
