"""Distances between two distributions over the same options, each float64 (options,) and with sum 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def jensen_shannon(p: Floats, q: Floats) -> float:
    """Jensen-Shannon divergence in bits (Lin 1991), 0 to 1; its root is a distance."""
    middle = (p + q) / 2
    terms = [side[side > 0] * np.log2(side[side > 0] / middle[side > 0]) for side in (p, q)]
    return max(0.0, float(sum(part.sum() for part in terms)) / 2)


def wasserstein(p: Floats, q: Floats) -> float:
    """Wasserstein-1 distance of distributions over ordered options one apart, over its maximum options - 1; 0 to 1.

    One minus its mean over questions is the representativeness of OpinionQA (Santurkar et al., arXiv 2303.17548).
    """
    return float(np.abs(np.cumsum(p - q))[:-1].sum()) / (len(p) - 1)
