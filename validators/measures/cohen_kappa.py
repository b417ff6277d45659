"""Pairwise agreement of annotators."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.agreement import cohen, interval, nominal
from ..stats.ratings import contingency_tables, first_judgements, values_by_aspect
from ..tables.sql import Tables
from . import Measure


class CohenKappa(Measure):
    """Cohen's kappa of pairs of annotators, unweighted for labels, quadratic for scores."""

    needs = {"annotations": ["item_id", "annotator_id", "aspect"]}

    max_values: PositiveInt = 64
    """An aspect with more values is left out."""
    max_pairs: PositiveInt = 10
    """Pairs of annotators shown per aspect, those with the most items in common."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure per aspect and pair; `n` is the number of items that both judged."""
        for column, weights in (("label", "none"), ("score", "quadratic")):
            rows = first_judgements(tables, column).filter("annotator IS NOT NULL")
            for aspect, known in values_by_aspect(rows, self.max_values):
                same = nominal(len(known)) if column == "label" else interval(np.asarray(known, dtype=np.float64))
                for one, other, counts in contingency_tables(rows, aspect, known, self.max_pairs):
                    group = {"aspect": aspect, "annotators": f"{one}, {other}", "weights": weights}
                    yield cohen(counts, same).figure("cohen_kappa", group)
