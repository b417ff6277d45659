"""The judgements of one aspect as one array, and what varies in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..tables.sql import Tables, query, quote_literal
from .ratings import first_judgements

Floats = NDArray[np.float64]
MAX_LABELS = 64
"""An aspect with more labels is free text."""


@dataclass(frozen=True)
class RatingMatrix:
    """First judgements of an aspect: float64 (annotators, items, k), 0 where there is none.

    Scores have k = 1; labels are one-hot over the k labels.
    """

    aspect: str
    annotators: list[str]
    items: list[str]
    labels: list[str]
    """The k labels in order; empty for scores."""
    values: Floats
    given: NDArray[np.bool_]
    """bool (annotators, items): whether there is a judgement."""

    @property
    def n(self) -> int:
        """Number of judgements."""
        return int(self.given.sum())

    def residuals(self) -> Floats:
        """Judgements less the mean of their item; 0 where there is none."""
        counts = np.maximum(self.given.sum(axis=0), 1)[None, :, None]
        centred: Floats = (self.values - self.values.sum(axis=0, keepdims=True) / counts) * self.given[:, :, None]
        return centred


def rating_matrices(tables: Tables, max_annotators: int, max_items: int) -> Iterator[RatingMatrix]:
    """One matrix for each aspect, labels and scores apart, with the busiest annotators and the most judged items."""
    for column in ("label", "score"):
        rows = first_judgements(tables, column).filter("annotator IS NOT NULL")
        aspects = query(rows, f"SELECT aspect FROM rows GROUP BY aspect HAVING {_VARIES[column]} ORDER BY aspect")
        for (aspect,) in aspects.fetchall():
            yield _matrix(tables, column, aspect, max_annotators, max_items)


_VARIES = {
    "label": f"count(DISTINCT value) BETWEEN 2 AND {MAX_LABELS}",
    "score": "count(DISTINCT value) > 1",
}


def _matrix(tables: Tables, column: str, aspect: str, max_annotators: int, max_items: int) -> RatingMatrix:
    rows = first_judgements(tables, column).filter(f"annotator IS NOT NULL AND aspect = {quote_literal(aspect)}")
    found = query(
        rows,
        f"""WITH once AS (SELECT annotator, item, max(value) AS value FROM rows GROUP BY ALL),
        busy AS (SELECT annotator FROM once GROUP BY 1 ORDER BY count(*) DESC, annotator LIMIT {max_annotators}),
        shared AS (SELECT item FROM once SEMI JOIN busy USING (annotator) GROUP BY 1 HAVING count(*) > 1
            ORDER BY count(*) DESC, item LIMIT {max_items})
        SELECT annotator, item, value FROM once SEMI JOIN busy USING (annotator) SEMI JOIN shared USING (item)
        ORDER BY annotator, item""",
    ).fetchnumpy()
    annotators, i = np.unique(np.asarray(found["annotator"], dtype=str), return_inverse=True)
    items, j = np.unique(np.asarray(found["item"], dtype=str), return_inverse=True)
    given = np.zeros((len(annotators), len(items)), dtype=np.bool_)
    given[i, j] = True
    if column == "label":
        labels, k = np.unique(np.asarray(found["value"], dtype=str), return_inverse=True)
        values = np.zeros((*given.shape, len(labels)))
        values[i, j, k] = 1
    else:
        labels, values = np.asarray([], dtype=str), np.zeros((*given.shape, 1))
        values[i, j, 0] = np.asarray(found["value"], dtype=np.float64)
    return RatingMatrix(aspect, annotators.tolist(), items.tolist(), labels.tolist(), values, given)
