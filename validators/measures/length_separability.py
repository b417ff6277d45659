"""Whether length alone predicts the preferred response."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.preference_probe import auc, auc_figure, sample_responses
from ..tables.sql import Tables
from . import Measure


class LengthSeparability(Measure):
    """AUC of length as a predictor of preference; above 0.5 longer responses are preferred."""

    needs = {"pairs": ["pair_id", "prompt", "first", "second", "preferred"]}

    max_pairs: PositiveInt = 20_000
    """Pairs in the sample, drawn by a digest of the pair."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure; `n` is the number of pairs."""
        found = sample_responses(tables, self.max_pairs)
        if found.texts:
            lengths = np.asarray([len(text) for text in found.texts], dtype=np.float64)
            yield auc_figure("length_separability", auc(lengths, found.labels), len(found.texts) // 2)
