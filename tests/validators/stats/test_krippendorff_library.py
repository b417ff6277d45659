from typing import Any, cast

import krippendorff as library
import numpy as np
import pytest

from pluriset.validators.stats.agreement import interval, krippendorff, nominal, ordinal


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_equals_that_of_the_library(seed: int, level: str) -> None:
    random = np.random.default_rng(seed)
    values = np.clip(random.integers(0, 5, 40)[:, None] + random.integers(-1, 2, (40, 7)), 0, 4)
    given = random.random(values.shape) < 0.7
    votes = np.stack([((values == value) & given).sum(axis=1) for value in range(5)], axis=1)
    pairable = votes[votes.sum(axis=1) > 1]
    difference = {
        "nominal": nominal(5),
        "ordinal": ordinal(pairable.sum(axis=0).astype(np.float64)),
        "interval": interval(np.arange(5.0)),
    }[level]
    found = krippendorff(votes, np.ones(len(votes), dtype=np.int64), difference)
    reference = library.alpha(value_counts=pairable, value_domain=list(range(5)), level_of_measurement=cast(Any, level))
    assert found.value == pytest.approx(reference, abs=5e-7)
