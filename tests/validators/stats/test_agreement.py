from collections import Counter, defaultdict
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pluriset.validators.stats.agreement import (
    Agreement,
    cohen,
    fleiss,
    interval,
    krippendorff,
    nominal,
    ordinal,
    ratio,
)

Units = list[list[str]]


def nominal_alpha(votes: NDArray[np.int64], items: NDArray[np.int64]) -> Agreement:
    return krippendorff(votes, items, nominal(votes.shape[1]))


def alpha_by_coincidences(units: Units) -> float | None:
    """Krippendorff's alpha from the coincidence matrix, as in the book."""
    coincidences: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for unit in units:
        for a, b in permutations(unit, 2):
            coincidences[a, b] += Fraction(1, len(unit) - 1)
    margins: dict[str, Fraction] = defaultdict(Fraction)
    for (a, _), value in coincidences.items():
        margins[a] += value
    n = sum(margins.values())
    unlike = sum(value for (a, b), value in coincidences.items() if a != b)
    expected = sum(margins[a] * margins[b] for a, b in permutations(margins, 2))
    return float(1 - (n - 1) * unlike / expected) if expected else None


def patterns(units: Units) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    labels = sorted({label for unit in units for label in unit})
    counted = Counter(tuple(unit.count(label) for label in labels) for unit in units)
    votes = np.array(list(counted), dtype=np.int64).reshape(len(counted), len(labels))
    return votes, np.array(list(counted.values()), dtype=np.int64)


@settings(max_examples=60)
@given(st.lists(st.lists(st.sampled_from("abc"), max_size=5), max_size=12))
def test_alpha_equals_the_coincidence_matrix(units: Units) -> None:
    found, expected = nominal_alpha(*patterns(units)), alpha_by_coincidences(units)
    assert found.items == sum(len(unit) > 1 for unit in units)
    assert found.value == (None if expected is None else pytest.approx(expected, abs=1e-6))
    if found.low is not None and found.high is not None:
        assert found.low <= found.high


TEXTBOOK = ["123321412   ", "1233224125 3", " 3332342251 ", "12332441251 "]
"""Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, C."""


def units_of(observers: list[str]) -> Units:
    return [[value for value in unit if value != " "] for unit in zip(*observers, strict=True)]


@pytest.mark.parametrize(
    ("observers", "level", "alpha"),
    [
        (["0100000010", "1110010000"], "nominal", 0.095),  # the same, B
        (TEXTBOOK, "nominal", 0.743),
        (TEXTBOOK, "ordinal", 0.815),
        (TEXTBOOK, "interval", 0.849),
        (TEXTBOOK, "ratio", 0.797),
    ],
)
def test_alpha_equals_the_textbook(observers: list[str], level: str, alpha: float) -> None:
    units = units_of(observers)
    votes, items = patterns(units)
    values = np.array(sorted({float(value) for unit in units for value in unit}))
    paired = votes.sum(axis=1) > 1
    margins = (votes * items[:, None])[paired].sum(axis=0).astype(float)
    levels = {
        "nominal": nominal(len(values)),
        "ordinal": ordinal(margins),
        "interval": interval(values),
        "ratio": ratio(values),
    }
    assert krippendorff(votes, items, levels[level]).value == pytest.approx(alpha, abs=5e-4)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=30))
def test_kappa_equals_scikit_learn(said: list[tuple[int, int]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    table = np.zeros((4, 4), dtype=np.int64)
    for one, other in said:
        table[one, other] += 1
    first, second = zip(*said, strict=True)
    for weights, difference in ((None, nominal(4)), ("quadratic", interval(np.arange(4.0)))):
        found = cohen(table, difference).value
        if found is not None:
            known = metrics.cohen_kappa_score(first, second, weights=weights, labels=[0, 1, 2, 3])
            assert found == pytest.approx(known, abs=1e-6)


def test_fleiss_kappa_equals_the_paper() -> None:
    """The example of Fleiss 1971 as Wikipedia has it: ten subjects, fourteen raters, five categories."""
    said = "0 0 0 0 14/0 2 6 4 2/0 0 3 5 6/0 3 9 2 0/2 2 8 1 1/7 7 0 0 0/3 2 6 3 0/2 5 3 2 2/6 5 2 1 0/0 2 2 3 7"
    votes = np.array([[int(n) for n in row.split()] for row in said.split("/")])
    assert fleiss(votes, np.ones(10, dtype=np.int64)).value == pytest.approx(0.210, abs=5e-4)
    assert fleiss(np.array([[2, 0], [1, 0]]), np.array([1, 1])).value is None


def defined(found: Agreement) -> tuple[float, float, float, int]:
    assert found.value is not None and found.low is not None and found.high is not None
    return found.value, found.low, found.high, found.items


def test_the_interval_is_reproducible_and_narrows_with_items() -> None:
    votes, items = np.array([[3, 0], [2, 1], [0, 3]]), np.array([40, 30, 30])
    few, many = nominal_alpha(votes, items), nominal_alpha(votes, items * 10_000)
    assert few == nominal_alpha(votes, items)
    (alpha, low, high, _), (_, above, below, _) = map(defined, (few, many))
    assert low < alpha < high
    assert below - above < (high - low) / 50


def test_the_interval_covers_the_true_value() -> None:
    """Of 200 samples from a population with known alpha, about 95% have it in their interval."""
    votes, share = np.array([[3, 0], [2, 1], [1, 2], [0, 3]]), np.array([0.4, 0.15, 0.15, 0.3])
    truth = defined(nominal_alpha(votes, (share * 1_000_000).astype(np.int64)))[0]
    draws = np.random.default_rng(0).multinomial(150, share, size=200)
    found = [defined(nominal_alpha(votes, draw)) for draw in draws]
    assert 180 <= sum(low <= truth <= high for _, low, high, _ in found) <= 199


def test_bootstraps_of_many_patterns_run_in_chunks() -> None:
    votes = np.eye(50, dtype=np.int64).repeat(50, axis=0) + np.tile(np.eye(50, dtype=np.int64), (50, 1))
    found = nominal_alpha(votes, np.ones(2500, dtype=np.int64))
    assert found.items == 2500
    alpha, low, high, _ = defined(found)
    assert alpha == pytest.approx(0, abs=1e-3)
    assert low <= high
