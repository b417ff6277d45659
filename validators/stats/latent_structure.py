"""Whether annotators differ in a way that repeats from item to item, or only by noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def severity(residuals: Floats, given: NDArray[np.bool_]) -> float:
    """Sum of squares between annotators, of judgements less the mean of their item: (annotators, items, k)."""
    return float((residuals.sum(axis=1) ** 2 / np.maximum(given.sum(axis=1), 1)[:, None]).sum())


def camps(residuals: Floats, given: NDArray[np.bool_]) -> float:
    """Share of the variance within items that one axis explains on which annotators lie, their severity taken away.

    The largest eigenvalue of the annotators' cross products over the sum of all of them: 1 where two camps answer as
    one each, small where annotators have nothing in common.
    """
    means = residuals.sum(axis=1) / np.maximum(given.sum(axis=1), 1)[:, None]
    centred = ((residuals - means[:, None, :]) * given[:, :, None]).reshape(len(residuals), -1)
    products = centred @ centred.T if centred.shape[0] <= centred.shape[1] else centred.T @ centred
    total = float(np.trace(products))
    return float(np.linalg.eigvalsh(products)[-1] / total) if total > 0 else 0.0


def explained(residuals: Floats, given: NDArray[np.bool_], groups: NDArray[np.int64]) -> float:
    """Share of the variance within items that lies between the groups of the annotators (eta squared, item by item).

    `groups` is int64 (annotators,), -1 for those in no group; they are left out.
    """
    members = groups >= 0
    inside, there = residuals[members], given[members]
    indicator = (groups[members][:, None] == np.arange(groups.max() + 1)).astype(np.float64)
    counts = indicator.T @ there
    item_n = np.maximum(there.sum(axis=0), 1)
    item_mean = inside.sum(axis=0) / item_n[:, None]
    sums = np.einsum("ag,aik->gik", indicator, inside)
    means = sums / np.maximum(counts, 1)[:, :, None]
    between = float((counts[:, :, None] * (means - item_mean) ** 2).sum())
    within = float((((inside - item_mean) * there[:, :, None]) ** 2).sum())
    return between / within if within > 0 else 0.0


def shuffled(residuals: Floats, given: NDArray[np.bool_], random: np.random.Generator) -> Floats:
    """The judgements of each item dealt anew among the annotators who judged it."""
    dealt = np.argsort(np.where(given, random.random(given.shape), 2.0), axis=0)
    places = np.argsort(~given, axis=0, kind="stable")
    out = np.zeros_like(residuals)
    taken = np.take_along_axis(residuals, dealt[:, :, None], axis=0)
    np.put_along_axis(out, places[:, :, None], taken, axis=0)
    return out * given[:, :, None]


def group_numbers(values: list[str | None], min_members: int) -> tuple[list[str], NDArray[np.int64]]:
    """The groups with enough members, and int64 (annotators,): the number of each annotator's group, -1 for none."""
    kept = sorted({v for v in values if v is not None and values.count(v) >= min_members})
    return kept, np.asarray([kept.index(v) if v in kept else -1 for v in values], dtype=np.int64)
