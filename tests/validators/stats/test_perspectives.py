import numpy as np
import pytest

from pluriset.validators.stats.perspectives import Choices, distribution, entropy


@pytest.mark.parametrize(
    ("counts", "percent"),
    [((5, 5, 5, 5), 100.0), ((20, 0, 0, 0), 0.0), ((9, 1, 0, 0), 23.45), ((2, 1, 1, 0), 75.0)],
)
def test_entropy_of_declared_cultures_has_the_reference_values(counts: tuple[int, ...], percent: float) -> None:
    assert entropy(np.array([counts], float)) == pytest.approx(percent, abs=0.005)


def test_each_choice_changes_the_entropy() -> None:
    one_each = np.eye(4)
    assert entropy(one_each) == pytest.approx(100) and entropy(one_each, Choices(pooling="per_answer")) == 0
    uneven = np.array([[9, 1, 0, 0]], float)
    assert entropy(uneven, Choices(cultures="seen")) == pytest.approx(46.9, abs=0.01)
    assert entropy(uneven, Choices(counting="presence")) == pytest.approx(50)
    assert entropy(np.array([[8, 0, 0]], float)) == 0 and entropy(np.array([[8, 0, 0]], float), Choices("seen")) is None


def test_no_references_are_undefined_and_answers_without_them_count_for_nothing() -> None:
    nothing = np.zeros((3, 4))
    assert entropy(nothing) is None and distribution(nothing) is None
    some = np.array([[2, 1, 1, 0], [0, 0, 0, 0]], float)
    assert entropy(some, Choices(pooling="per_answer")) == pytest.approx(75)
    shares = distribution(some)
    assert shares is not None and shares.sum() == pytest.approx(1) and shares[0] == 0.5
