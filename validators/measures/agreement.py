"""How far annotators agree beyond chance; that they differ is no fault."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.agreement import krippendorff, nominal
from ..stats.ratings import judged, patterns, values
from ..tables.sql import Tables
from . import Measure


class Agreement(Measure):
    """Krippendorff's alpha of the labels of each aspect; abstentions and further samples are left out."""

    needs = {"annotations": ["item_id", "aspect", "label"]}

    max_labels: PositiveInt = 64
    """An aspect with more labels is taken to be free text and is left out."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure an aspect; `n` is the number of items that two or more annotators judged."""
        rows = judged(tables, "label")
        for aspect, labels in values(rows, self.max_labels):
            found = krippendorff(*patterns(rows, aspect, labels), nominal(len(labels)))
            yield found.figure("agreement", {"aspect": aspect})
