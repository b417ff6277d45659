"""The aggregate of Dawid and Skene (1979), to see whose views it would erase."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
EPSILON = float(np.float_power(10, -10))
"""Least probability of a label in a confusion matrix."""


def dawid_skene(votes: Floats, iterations: int = 500, tolerance: float = 1e-10) -> Floats:
    """Probability of each label for each item, float64 (items, labels), by expectation maximisation.

    `votes` is one-hot float64 (annotators, items, labels), 0 where an annotator did not judge. It starts from the
    shares of votes, as Dawid and Skene do, and ends when the likelihood bound changes by less than `tolerance`.
    """
    counts = votes.sum(axis=0)
    posterior: Floats = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    loss = -np.inf
    for _ in range(iterations):
        priors = posterior.mean(axis=0)
        errors = np.maximum(np.einsum("ail,ic->alc", votes, posterior), EPSILON)
        errors /= errors.sum(axis=1, keepdims=True)
        joint = np.einsum("ail,alc->ic", votes, np.log(errors)) + np.log(np.maximum(priors, 1e-300))
        posterior = np.exp(joint - joint.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
        entropy = -(posterior * np.log(np.maximum(posterior, 1e-300))).sum()
        bound = float((posterior * joint).sum() + entropy) / votes.sum()
        if bound - loss < tolerance:
            break
        loss = bound
    return posterior
