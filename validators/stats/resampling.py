"""Intervals and p-values by resampling, always with the same seed, so that a figure is the same on every run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ...schemas.report import AuditFigure
from .aggregates import DIGITS, Z
from .agreement import REPLICATES, SEED
from .multiple_tests import holm

Floats = NDArray[np.float64]


def generator() -> np.random.Generator:
    """A generator that draws the same numbers on every run."""
    return np.random.default_rng(SEED)


def permutation_p(observed: float, drawn: Sequence[float] | Floats) -> float:
    """One-sided p-value: the share of draws that are at least as large, the observed one among them.

    Phipson and Smyth (2010); draws that differ from the observed value by rounding only count as equal.
    """
    values = np.asarray(drawn, dtype=np.float64)
    slack = 1e-12 * max(1.0, abs(observed))
    return float((1 + np.count_nonzero(values >= observed - slack)) / (1 + len(values)))


def beyond_chance(share: float, drawn: Sequence[float] | Floats) -> tuple[float, tuple[float, float]]:
    """A share less what chance explains, over what chance leaves, as in kappa, with its 95% interval.

    `drawn` are the shares of random regroupings; their spread makes the interval, by the normal approximation.
    """
    values = np.asarray(drawn, dtype=np.float64)
    chance, half = float(values.mean()), Z * float(values.std())
    low, value, high = ((end - chance) / (1 - chance) for end in (share - half, share, share + half))
    return value, (low, high)


def sign_flip_p(differences: Floats, replicates: int = REPLICATES, *, two_sided: bool = True) -> float:
    """P-value of a mean of paired differences: their signs are exchangeable where the two sides are alike.

    One-sided, it is against a mean above 0.
    """
    signs = generator().integers(0, 2, size=(replicates, len(differences))) * 2.0 - 1
    observed, drawn = float(differences.mean()), signs @ differences / len(differences)
    return permutation_p(abs(observed), np.abs(drawn)) if two_sided else permutation_p(observed, drawn)


def bootstrap(
    n: int, statistic: Callable[[NDArray[np.int64]], float], replicates: int = REPLICATES
) -> tuple[float | None, float | None]:
    """95% percentile interval of a statistic of n units; it is given the int64 indices (n,) of those drawn."""
    if n < 2:
        return None, None
    random = generator()
    drawn = np.asarray([statistic(random.integers(0, n, size=n)) for _ in range(replicates)])
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return None, None
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def figure(
    measure: str,
    group: dict[str, str],
    value: float | None,
    n: int,
    interval: tuple[float | None, float | None] = (None, None),
    p: float | None = None,
) -> AuditFigure:
    """A figure of an audit, rounded; null where it is not finite."""
    low, high = (_rounded(end) for end in interval)
    return AuditFigure(measure=measure, group=group, value=_rounded(value), low=low, high=high, n=n, p=_rounded(p))


def with_holm(figures: Sequence[AuditFigure]) -> list[AuditFigure]:
    """The same figures, p-values corrected for each other by Holm's method."""
    tested = [i for i, one in enumerate(figures) if one.p is not None]
    adjusted = dict(zip(tested, holm([figures[i].p or 0.0 for i in tested]), strict=True))
    return [
        one.model_copy(update={"adjusted_p": _rounded(float(adjusted[i]))}) if i in adjusted else one
        for i, one in enumerate(figures)
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), DIGITS)
