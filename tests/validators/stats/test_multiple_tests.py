import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from pluriset.validators.stats.multiple_tests import benjamini_hochberg, holm


@pytest.mark.parametrize("seed", range(5))
def test_corrections_equal_those_of_statsmodels(seed: int) -> None:
    p = np.random.default_rng(seed).random(12) ** 3
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-12)
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1], abs=1e-12)


def test_no_test_needs_no_correction() -> None:
    assert holm([]).tolist() == benjamini_hochberg([]).tolist() == []
