"""Agreement of a panel of fixed size, a common figure in papers."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.agreement import fleiss
from ..stats.ratings import first_judgements, values_by_aspect, vote_patterns
from ..tables.sql import Tables
from . import Measure


class FleissKappa(Measure):
    """Fleiss' kappa of the labels by aspect, where all items have equally many judgements."""

    needs = {"annotations": ["item_id", "aspect", "label"]}

    max_labels: PositiveInt = 64
    """An aspect with more labels is taken to be free text and is left out."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure per aspect, null if the number of judgements varies; `n` is the number of items."""
        rows = first_judgements(tables, "label")
        for aspect, labels in values_by_aspect(rows, self.max_labels):
            yield fleiss(*vote_patterns(rows, aspect, labels)).figure("fleiss_kappa", {"aspect": aspect})
