"""Corrections of p-values for several tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HOLM = "Holm"
"""Controls the chance of a single false detection among all tests."""
BENJAMINI_HOCHBERG = "Benjamini-Hochberg"
"""Controls the share of false ones among the detections."""


def holm(p: Sequence[float] | Floats) -> Floats:
    """P-values adjusted by the step-down method of Holm (1979), in the order given."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    factors = len(values) - np.arange(len(values))
    return _in_order(np.maximum.accumulate(values[order] * factors), order)


def benjamini_hochberg(p: Sequence[float] | Floats) -> Floats:
    """P-values adjusted by the step-up method of Benjamini and Hochberg (1995), in the order given."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    ranks = np.arange(1, len(values) + 1)
    adjusted = np.minimum.accumulate((values[order] * len(values) / ranks)[::-1])[::-1]
    return _in_order(adjusted, order)


def _in_order(adjusted: Floats, order: NDArray[np.intp]) -> Floats:
    placed = np.empty_like(adjusted)
    placed[order] = np.minimum(adjusted, 1)
    return placed
