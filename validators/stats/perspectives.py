"""How references to cultures are spread: the Perspectives Distribution Score and its entropy.

WorldView-Bench (arXiv 2505.09595) names both and gives no formula. The definitions here, and every choice that changes
the number, are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Choices:
    """What an entropy of perspectives depends on."""

    cultures: Literal["declared", "seen"] = "declared"
    """Which cultures are in the denominator ln N: all that are declared, or those that some answer refers to."""
    pooling: Literal["pooled", "per_answer"] = "pooled"
    """Entropy of the counts of all answers together, or mean of the entropies of the answers. Pooled is never less."""
    counting: Literal["mentions", "presence"] = "mentions"
    """Count every reference, or each culture once for an answer."""


def distribution(counts: Counts, choices: Choices = Choices()) -> Counts | None:
    """Share of each culture among the references, shape (cultures,), from counts of shape (answers, cultures).

    None where nothing is referred to.
    """
    counted = np.minimum(counts, 1) if choices.counting == "presence" else counts
    total = counted.sum()
    return counted.sum(axis=0) / total if total else None


def entropy(counts: Counts, choices: Choices = Choices()) -> float | None:
    """Entropy of the distribution in percent of its maximum ln N, 0 to 100, from counts (answers, cultures).

    None where no answer refers to a culture, or where there is one culture and thus no spread to speak of. Answers
    without references count for nothing.
    """
    counted = np.minimum(counts, 1) if choices.counting == "presence" else counts
    if choices.cultures == "seen":
        counted = counted[:, counted.any(axis=0)]
    counted = counted[counted.any(axis=1)]
    if not len(counted) or counted.shape[1] < 2:
        return None
    pooled = counted.sum(axis=0, keepdims=True) if choices.pooling == "pooled" else counted
    shares = pooled / pooled.sum(axis=1, keepdims=True)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    return float(100 * np.mean(-(shares * logs).sum(axis=1)) / np.log(counted.shape[1]))
