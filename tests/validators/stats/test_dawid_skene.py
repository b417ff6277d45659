import numpy as np
import pytest

from pluriset.validators.stats.dawid_skene import dawid_skene

CROWD_KIT = [
    [4.429544e-02, 1.002642e-02, 9.456781e-01],
    [0, 1, 0],
    [1.340193e-03, 0, 9.986598e-01],
    [1.629411e-03, 0, 9.983706e-01],
]
"""Probabilities of the first four items below by crowd-kit 1.4.2, `DawidSkene(n_iter=2000, tol=1e-13)`."""


def test_probabilities_equal_those_of_crowd_kit() -> None:
    random = np.random.default_rng(7)
    truth, skill = random.integers(0, 3, 40), random.uniform(0.4, 0.9, 6)
    right = random.random((6, 40)) < skill[:, None]
    labels = np.where(right, truth, random.integers(0, 3, (6, 40)))
    votes = np.eye(3)[labels] * (random.random((6, 40)) < 0.8)[:, :, None]
    votes = votes[:, votes.sum(axis=(0, 2)) > 0]
    assert dawid_skene(votes)[:4] == pytest.approx(np.asarray(CROWD_KIT), abs=5e-7)


def test_an_unreliable_majority_is_outvoted() -> None:
    """Two careful annotators against three who answer at random on the other items."""
    truth = np.tile([0, 1], 20)
    random = np.random.default_rng(1)
    labels = np.stack([truth, truth, *random.integers(0, 2, (3, 40))])
    labels[2:, 0] = 1
    assert dawid_skene(np.eye(2)[labels])[0].argmax() == truth[0] == 0
