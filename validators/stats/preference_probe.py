"""How well a score separates preferred responses from the others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...schemas.report import Figure
from ..tables.sql import Tables, query
from .aggregates import DIGITS, Z


class Responses(NamedTuple):
    """Both responses of every pair, the preferred one first."""

    texts: list[str]
    labels: NDArray[np.int64]
    """int64 (responses,): 1 for the preferred one."""
    groups: NDArray[np.int64]
    """int64 (responses,): number of the group or prompt."""


def sample_responses(tables: Tables, most: int) -> Responses:
    """At most `most` pairs, sampled by a hash of the pair id; ties and identical responses are left out."""
    pairs = tables["pairs"]
    group = "coalesce(CAST(group_id AS VARCHAR), prompt)" if "group_id" in pairs.columns else "prompt"
    found = query(pairs, PAIRS.format(group=group, most=most)).fetchall()
    numbers = {group: i for i, group in enumerate(sorted({about for _, _, about in found}))}
    texts = [side for preferred, other, _ in found for side in (preferred, other)]
    groups = np.asarray([numbers[about] for _, _, about in found for _ in range(2)], dtype=np.int64)
    return Responses(texts, np.tile(np.asarray([1, 0], dtype=np.int64), len(found)), groups)


def auc(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Probability that a preferred response scores higher than another, ties half; by ranks (Mann and Whitney 1947)."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    positive = int(labels.sum())
    negative = len(labels) - positive
    return float((ranks[labels == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def auc_figure(measure: str, area: float, n: int) -> Figure:
    """An AUC over n pairs, with the interval of Hanley and McNeil (1982)."""
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (n - 1) * (q1 - area**2 + q2 - area**2)
    half = Z * float(np.sqrt(max(spread, 0))) / n
    bounds = {"low": round(max(0.0, area - half), DIGITS), "high": round(min(1.0, area + half), DIGITS)}
    return Figure(measure=measure, group={}, value=round(area, DIGITS), n=n, **bounds)


PAIRS = """
SELECT CASE preferred WHEN 'first' THEN first ELSE second END AS liked,
    CASE preferred WHEN 'first' THEN second ELSE first END AS other, coalesce({group}, '') AS about
FROM rows WHERE preferred IN ('first', 'second') AND first <> second
ORDER BY md5(CAST(pair_id AS VARCHAR)), CAST(pair_id AS VARCHAR) LIMIT {most}
"""
