"""A linear model with a random intercept for each group."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def random_intercept(
    outcome: NDArray[np.float64], design: NDArray[np.float64], groups: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """float64 (columns,) twice: the coefficients and their standard errors, by restricted maximum likelihood.

    `outcome` is float64 (rows,), `design` float64 (rows, columns) with a column of ones, `groups` has a name a row.
    Ordinary least squares where there is one group. None where columns depend on one another or nothing is left to
    estimate errors from. Needs statsmodels.
    """
    from statsmodels.regression.linear_model import OLS
    from statsmodels.regression.mixed_linear_model import MixedLM

    if np.linalg.matrix_rank(design) < design.shape[1] or len(design) <= design.shape[1]:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a variance of 0 between groups is a fit on the boundary, and fine
        several = len(set(groups)) > 1
        try:
            fitted = MixedLM(outcome, design, groups).fit() if several else OLS(outcome, design).fit()
        except np.linalg.LinAlgError:
            return None
    columns = design.shape[1]
    return np.asarray(fitted.params[:columns], np.float64), np.asarray(fitted.bse[:columns], np.float64)
