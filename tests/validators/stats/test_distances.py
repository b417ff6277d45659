import numpy as np
import pytest

from pluriset.validators.stats.distances import jensen_shannon, wasserstein


def test_distances_of_hand_computed_cases() -> None:
    one, other, even = np.array([1.0, 0, 0]), np.array([0, 0, 1.0]), np.array([0.5, 0, 0.5])
    assert jensen_shannon(one, one) == wasserstein(one, one) == 0
    assert jensen_shannon(one, other) == wasserstein(one, other) == 1
    assert jensen_shannon(one, even) == pytest.approx(0.311278, abs=1e-6)
    assert wasserstein(one, even) == pytest.approx(0.5)
    assert wasserstein(np.array([0, 1.0, 0]), one) == 0.5


def test_distances_agree_with_scipy() -> None:
    scipy = pytest.importorskip("scipy")
    random = np.random.default_rng(1)
    for p, q in random.dirichlet(np.ones(5), size=(20, 2)):
        assert jensen_shannon(p, q) ** 0.5 == pytest.approx(scipy.spatial.distance.jensenshannon(p, q, base=2))
        levels = np.arange(5)
        assert wasserstein(p, q) == pytest.approx(scipy.stats.wasserstein_distance(levels, levels, p, q) / 4)
