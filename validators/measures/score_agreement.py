"""Agreement beyond chance of annotators who give scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.agreement import Floats, interval, krippendorff, ordinal, ratio
from ..stats.ratings import first_judgements, values_by_aspect, vote_patterns
from ..tables.sql import Tables
from . import Measure


class ScoreAgreement(Measure):
    """Krippendorff's alpha of the scores by aspect: ordinal, interval and ratio."""

    needs = {"annotations": ["item_id", "aspect", "score"]}

    max_values: PositiveInt = 256
    """An aspect with more values is left out; every value is compared with every other."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure per aspect and level; `n` is the number of items with two or more annotators."""
        rows = first_judgements(tables, "score")
        for aspect, known in values_by_aspect(rows, self.max_values):
            votes, items = vote_patterns(rows, aspect, known)
            paired = votes.sum(axis=1) > 1
            margins = (votes[paired] * items[paired, np.newaxis]).sum(axis=0).astype(np.float64)
            for level, difference in _levels(np.asarray(known, dtype=np.float64), margins).items():
                found = krippendorff(votes, items, difference)
                yield found.figure("score_agreement", {"aspect": aspect, "level": level})


def _levels(known: Floats, margins: Floats) -> Mapping[str, Floats]:
    """Level of measurement -> differences; ratios need scores of 0 or more."""
    found = {"ordinal": ordinal(margins), "interval": interval(known)}
    return found | {"ratio": ratio(known)} if known.min() >= 0 else found
