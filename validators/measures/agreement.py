"""Agreement of annotators beyond chance; disagreement is not an error."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.agreement import krippendorff, nominal
from ..stats.ratings import first_judgements, values_by_aspect, vote_patterns
from ..tables.sql import Tables
from . import Measure


class Agreement(Measure):
    """Krippendorff's alpha of the labels by aspect, without abstentions and repeated samples."""

    needs = {"annotations": ["item_id", "aspect", "label"]}

    max_labels: PositiveInt = 64
    """An aspect with more labels is taken to be free text and is left out."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure per aspect; `n` is the number of items with two or more annotators."""
        rows = first_judgements(tables, "label")
        for aspect, labels in values_by_aspect(rows, self.max_labels):
            found = krippendorff(*vote_patterns(rows, aspect, labels), nominal(len(labels)))
            yield found.figure("agreement", {"aspect": aspect})
