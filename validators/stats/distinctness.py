"""How distinct several annotators are from each other, measured by how much one of them differs from itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .answers import Answer
from .resampling import bootstrap, generator, permutation_p

Floats = NDArray[np.float64]


class Distinctness(NamedTuple):
    """A share, 0 to 1, with its 95% interval and the p-value of its being 0."""

    value: float
    interval: tuple[float | None, float | None]
    p: float
    items: int


def label_counts(answers: Sequence[Answer]) -> list[Floats]:
    """Items that two answered and one of them twice: float64 (who, labels) each, how often each gave each label."""
    by_item: dict[str, list[Answer]] = {}
    for one in answers:
        by_item.setdefault(one.item, []).append(one)
    labels = {label: i for i, label in enumerate(sorted({one.answer for one in answers}))}
    found = []
    for some in by_item.values():
        names = sorted({one.who for one in some})
        count = np.zeros((len(names), len(labels)))
        for one in some:
            count[names.index(one.who), labels[one.answer]] += 1
        if len(names) > 1 and (count.sum(axis=1) > 1).any():
            found.append(count)
    return found


def of_labels(counts: Sequence[Floats], permutations: int) -> Distinctness:
    """1 - within / between: how often two labels of one differ, over how often labels of two differ, both per item.

    The interval is of a bootstrap over items; the p-value deals the labels of each item anew.
    """
    parts = np.asarray([_differing(count[None])[0] for count in counts])
    random = generator()
    dealt = np.mean([_differing(_deals(count, permutations, random)) for count in counts], axis=0)
    observed = _share(parts.mean(axis=0))
    ends = bootstrap(len(parts), lambda i: _share(parts[i].mean(axis=0)))
    return Distinctness(observed, ends, permutation_p(observed, [_share(draw) for draw in dealt]), len(counts))


def of_guesses(answers: Sequence[Answer], guessed: Sequence[str], permutations: int) -> Distinctness:
    """How much better than chance `guessed` names who wrote each answer, everyone counted alike: 1 is never wrong.

    Mean recall, less and over what chance leaves. The interval is of a bootstrap over items; the p-value deals the
    names of each item anew among its answers, the guesses held.
    """
    names = {name: i for i, name in enumerate(sorted({one.who for one in answers}))}
    items = {item: i for i, item in enumerate(sorted({one.item for one in answers}))}
    truth = np.asarray([names[one.who] for one in answers])
    place = np.asarray([items[one.item] for one in answers])
    guess = np.asarray([names[name] for name in guessed])
    hits = np.zeros((len(items), len(names), 2))
    np.add.at(hits[..., 0], (place, truth), guess == truth)
    np.add.at(hits[..., 1], (place, truth), 1)
    order, random = np.argsort(place, kind="stable"), generator()
    drawn = []
    for _ in range(permutations):
        dealt = truth[np.lexsort((random.random(len(truth)), place))]
        right = np.bincount(dealt, weights=guess[order] == dealt, minlength=len(names))
        drawn.append(_skill(np.stack([right, np.bincount(dealt, minlength=len(names))], axis=1)))
    observed = _skill(hits.sum(axis=0))
    ends = bootstrap(len(items), lambda i: _skill(hits[i].sum(axis=0)))
    return Distinctness(observed, ends, permutation_p(observed, drawn), len(items))


def _skill(counted: Floats) -> float:
    """From float64 (names, 2): right guesses and answers of each."""
    recall = (counted[:, 0] / np.maximum(counted[:, 1], 1)).mean()
    return float((recall * len(counted) - 1) / (len(counted) - 1))


def _share(differing: Floats) -> float:
    within, between = differing
    return float(1 - within / between) if between > 0 else 0.0


def _differing(counts: Floats) -> Floats:
    """float64 (draws, 2): how often two labels of one differ, and labels of two, from (draws, who, labels)."""
    n = counts[0].sum(axis=1)
    alike_within = (counts * (counts - 1)).sum(axis=(1, 2)) / (n * (n - 1)).sum()
    alike_between = ((counts.sum(axis=1) ** 2).sum(axis=1) - (counts**2).sum(axis=(1, 2))) / (
        n.sum() ** 2 - (n**2).sum()
    )
    return np.stack([1 - alike_within, 1 - alike_between], axis=1)


def _deals(count: Floats, times: int, random: np.random.Generator) -> Floats:
    """float64 (times, who, labels): the labels of an item dealt anew."""
    n = count.sum(axis=1).astype(np.int64)
    labels = np.repeat(np.arange(count.shape[1]), count.sum(axis=0).astype(np.int64))
    owners = np.repeat(np.arange(len(n)), n)
    dealt = random.permuted(np.tile(labels, (times, 1)), axis=1)
    counts = np.zeros((times, *count.shape))
    np.add.at(counts, (np.arange(times)[:, None], owners[None, :], dealt), 1)
    return counts
