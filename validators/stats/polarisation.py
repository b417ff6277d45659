"""Whether the judgements of one item have one peak or several."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def ndfu(histogram: NDArray[np.int64]) -> float:
    """Normalised distance from unimodality of int64 (bins,): 0 for one peak, 1 for two that are equally high.

    The largest rise away from the mode, over the height of the mode (Pavlopoulos and Likas 2024). That the first of
    equally high modes counts is a choice; for two such peaks the value is the same from either.
    """
    mode = int(histogram.argmax())
    if not histogram[mode]:
        return float("nan")
    rises = np.concatenate([np.diff(histogram[mode:]), np.diff(histogram[: mode + 1][::-1]), [0]])
    return float(max(rises.max(), 0) / histogram[mode])
