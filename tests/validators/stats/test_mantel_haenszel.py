import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from pluriset.validators.stats.mantel_haenszel import pooled_odds


@pytest.mark.parametrize("seed", range(5))
def test_pooled_odds_equal_those_of_statsmodels(seed: int) -> None:
    tables = np.random.default_rng(seed).integers(1, 12, (9, 2, 2)).astype(np.float64)
    reference = StratifiedTable(np.moveaxis(tables, 0, 2))
    found = pooled_odds(tables)
    assert found.ratio == pytest.approx(reference.oddsratio_pooled, rel=1e-12)
    assert (found.low, found.high) == pytest.approx(reference.oddsratio_pooled_confint(), rel=1e-12)
    assert found.p == pytest.approx(reference.test_null_odds(correction=False).pvalue, rel=1e-9)


def test_strata_that_all_answer_alike_say_nothing() -> None:
    assert pooled_odds(np.asarray([[[5.0, 0.0], [5.0, 0.0]]])).ratio is None
