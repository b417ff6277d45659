"""How much of the variance of judgements lies between items, between annotators, and in neither."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .rating_matrix import RatingMatrix

Floats = NDArray[np.float64]


class Components(NamedTuple):
    """Variances; those of labels are summed over their indicators."""

    item: float
    """What items differ by."""
    annotator: float
    """What annotators differ by on all items alike, such as severity."""
    rest: float
    """How annotators differ from item to item: interaction and noise, which one judgement a cell cannot tell apart."""

    def shares(self) -> Components:
        """The same as shares of their sum, those below 0 counted as 0; NaN where nothing varies."""
        positive = np.maximum(self, 0)
        total = float(positive.sum())
        return Components(*(positive / total if total else np.full(3, np.nan)).tolist())


def henderson(values: Floats, given: NDArray[np.bool_]) -> Components:
    """Components of a crossed random-effects model, unbalanced data allowed: Method 1 of Henderson (1953).

    `values` is float64 (annotators, items, k), 0 where `given`, bool (annotators, items), is false. For balanced data
    it equals the two-way ANOVA. It is an unbiased estimate, so a component can be below 0.
    """
    n = given.astype(np.float64)
    total, by_annotator, by_item = n.sum(), n.sum(axis=1), n.sum(axis=0)
    n, values = n[by_annotator > 0][:, by_item > 0], values[by_annotator > 0][:, by_item > 0]
    by_annotator, by_item = by_annotator[by_annotator > 0], by_item[by_item > 0]
    squares = (values**2).sum()
    of_annotators = (values.sum(axis=1) ** 2 / by_annotator[:, None]).sum()
    of_items = (values.sum(axis=0) ** 2 / by_item[:, None]).sum()
    of_all = (values.sum(axis=(0, 1)) ** 2).sum() / total
    # Expected sums of squares less that of the mean, as (item, annotator, rest) each.
    item_in_annotators = (n**2 / by_annotator[:, None]).sum()
    annotator_in_items = (n**2 / by_item).sum()
    mean = np.asarray([(by_item**2).sum() / total, (by_annotator**2).sum() / total, 1.0])
    expected = np.asarray(
        [
            [total, annotator_in_items, len(by_item)],
            [item_in_annotators, total, len(by_annotator)],
            [total, total, total],
        ]
    )
    found = np.asarray([of_items, of_annotators, squares]) - of_all
    return Components(*np.linalg.lstsq(expected - mean, found, rcond=None)[0].tolist())


def components(matrix: RatingMatrix) -> Components:
    """The components of a matrix."""
    return henderson(matrix.values, matrix.given)
