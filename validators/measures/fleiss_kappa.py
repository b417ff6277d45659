"""Agreement of a panel of fixed size, as many papers report it."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.agreement import fleiss
from ..stats.ratings import judged, patterns, values
from ..tables.sql import Tables
from . import Measure


class FleissKappa(Measure):
    """Fleiss' kappa of the labels of each aspect, where every item has the same number of judgements."""

    needs = {"annotations": ["item_id", "aspect", "label"]}

    max_labels: PositiveInt = 64
    """An aspect with more labels is taken to be free text and is left out."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure an aspect, null where the number of judgements differs; `n` is the number of items."""
        rows = judged(tables, "label")
        for aspect, labels in values(rows, self.max_labels):
            yield fleiss(*patterns(rows, aspect, labels)).figure("fleiss_kappa", {"aspect": aspect})
