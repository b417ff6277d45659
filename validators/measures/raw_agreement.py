"""Agreement before it is corrected for chance, to be read beside alpha."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.agreement import raw
from ..stats.ratings import first_judgements, values_by_aspect, vote_patterns
from ..tables.sql import Tables
from . import Measure


class RawAgreement(Measure):
    """Share of agreeing pairs of judgements by aspect, without abstentions and repeated samples.

    Where one label dominates, it is high by chance alone while alpha is low: the prevalence paradox (Feinstein and
    Cicchetti 1990).
    """

    needs = {"annotations": ["item_id", "aspect", "label"]}

    max_labels: PositiveInt = 64
    """An aspect with more labels is taken to be free text and is left out."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure per aspect; `n` is the number of items with two or more judgements."""
        rows = first_judgements(tables, "label")
        for aspect, labels in values_by_aspect(rows, self.max_labels):
            yield raw(*vote_patterns(rows, aspect, labels)).figure("raw_agreement", {"aspect": aspect})
