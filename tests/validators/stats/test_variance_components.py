import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from pluriset.validators.stats.variance_components import henderson


def test_balanced_components_equal_the_anova_of_statsmodels() -> None:
    random = np.random.default_rng(1)
    values = random.normal(0, 2, (1, 25)) + random.normal(0, 1, (8, 1)) + random.normal(0, 1, (8, 25))
    i, j = np.indices(values.shape)
    frame = pd.DataFrame({"y": values.ravel(), "annotator": i.ravel(), "item": j.ravel()})
    squares = anova_lm(ols("y ~ C(annotator) + C(item)", frame).fit())["mean_sq"]
    expected = {
        "item": (squares["C(item)"] - squares["Residual"]) / 8,
        "annotator": (squares["C(annotator)"] - squares["Residual"]) / 25,
        "rest": squares["Residual"],
    }
    found = henderson(values[:, :, None], np.ones(values.shape, dtype=np.bool_))
    assert found._asdict() == pytest.approx(expected, rel=1e-9)


def test_components_are_unbiased_where_judgements_are_missing() -> None:
    found = []
    for seed in range(60):
        random = np.random.default_rng(seed)
        values = random.normal(0, 2, (1, 40)) + random.normal(0, 1, (15, 1)) + random.normal(0, 1.5, (15, 40))
        given = random.random(values.shape) < 0.4
        found.append(henderson((values * given)[:, :, None], given))
    assert np.mean(found, axis=0) == pytest.approx([4, 1, 2.25], rel=0.12)


def test_shares_count_a_negative_component_as_nothing() -> None:
    values = np.tile([0.0, 1.0], (3, 1))
    values[0] = values[0][::-1]
    shares = henderson(values[:, :, None], np.ones(values.shape, dtype=np.bool_)).shares()
    assert sum(shares) == pytest.approx(1)
    assert min(shares) == 0
