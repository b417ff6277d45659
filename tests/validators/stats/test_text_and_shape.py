import numpy as np
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.contingency_tables import Table2x2

from pluriset.validators.stats.multiple_tests import benjamini_hochberg
from pluriset.validators.stats.polarisation import ndfu
from pluriset.validators.stats.text_shape import SHAPES, readability, specifics
from pluriset.validators.stats.word_odds import word_odds


@pytest.mark.parametrize(
    ("histogram", "expected"),
    [([5, 0, 5], 1.0), ([1, 4, 1], 0.0), ([4, 0, 2], 0.5), ([1, 3, 2, 3], 1 / 3), ([7], 0.0), ([2, 2, 2], 0.0)],
)
def test_polarisation_is_the_largest_rise_away_from_the_mode(histogram: list[int], expected: float) -> None:
    assert ndfu(np.asarray(histogram, dtype=np.int64)) == pytest.approx(expected)


def test_odds_of_words_equal_those_of_scipy_and_statsmodels() -> None:
    texts = ["care work"] * 9 + ["work"] * 3 + ["care home"] * 4 + ["home"] * 14
    found = word_odds(texts, ["she"] * 12 + ["he"] * 18, min_texts=5)
    odds = {(one.who, one.word): one for one in found}
    care = odds["she", "care"]
    table = Table2x2(np.asarray([[9.5, 3.5], [4.5, 14.5]]))
    assert care.odds_ratio == pytest.approx(table.oddsratio)
    assert (care.low, care.high) == pytest.approx(table.oddsratio_confint())
    counts = {"care": (9, 4), "work": (12, 0), "home": (0, 18)}
    cells = {
        ("she", word): fisher_exact([[a, 12 - a], [b, 18 - b]], "greater").pvalue for word, (a, b) in counts.items()
    }
    cells |= {
        ("he", word): fisher_exact([[b, 18 - b], [a, 12 - a]], "greater").pvalue for word, (a, b) in counts.items()
    }
    expected = dict(zip(cells, benjamini_hochberg([*cells.values()]).tolist(), strict=True))
    assert {key: one.adjusted_p for key, one in odds.items()} == pytest.approx(expected)


def test_readability_is_the_automated_readability_index() -> None:
    assert readability("The cat sat. The dog ran away.") == pytest.approx(4.71 * 22 / 7 + 0.5 * 7 / 2 - 21.43)


def test_names_and_numbers_are_specific_but_the_first_word_is_not() -> None:
    assert specifics("In 1997 Maria moved to Lima. She stayed.") == pytest.approx(3 / 8)


@pytest.mark.parametrize("text", ["", "  ", "?!", "嘘をつく。"])
def test_a_text_without_words_has_a_finite_shape(text: str) -> None:
    assert all(np.isfinite(measure(text)) for measure in SHAPES.values())
