"""Agreement of annotators beyond chance: alpha and kappas with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...schemas.report import Figure
from .aggregates import DIGITS

Floats = NDArray[np.float64]
REPLICATES = 1000
"""Samples of a bootstrap, and of a permutation test."""
CHUNK_CELLS = 1_000_000
"""Numbers that a bootstrap holds in memory at once."""
SEED = 2309
"""Seed of all resampling, so that figures are reproducible."""


class Agreement(NamedTuple):
    """A coefficient with its 95% interval; None where undefined."""

    value: float | None
    low: float | None
    high: float | None
    items: int
    """Number of items it is computed from."""

    def figure(self, measure: str, group: dict[str, str]) -> Figure:
        """As a figure of a report."""
        return Figure(measure=measure, group=group, value=self.value, low=self.low, high=self.high, n=self.items)


def nominal(values: int) -> Floats:
    """Nominal difference, float64 (values, values): 1 between any two values."""
    return 1 - np.eye(values)


def ordinal(margins: Floats) -> Floats:
    """Krippendorff's ordinal difference for values in ascending order, from their frequencies, float64 (values,).

    The square of the number of judgements from one value to the other, both ends counted half.
    """
    upto = np.cumsum(margins)
    low, high = np.minimum.outer(upto - margins, upto - margins), np.maximum.outer(upto, upto)
    between = high - low - np.add.outer(margins, margins) / 2
    np.fill_diagonal(between, 0)
    return np.asarray(between**2)


def interval(values: Floats) -> Floats:
    """The square of the difference; `values` is float64 (values,)."""
    return np.asarray(np.subtract.outer(values, values) ** 2)


def ratio(values: Floats) -> Floats:
    """The square of the difference by the sum, for values of at least 0."""
    total = np.add.outer(values, values)
    return np.asarray(
        np.divide(np.subtract.outer(values, values), total, out=np.zeros_like(total), where=total > 0) ** 2
    )


def krippendorff(votes: NDArray[np.int64], items: NDArray[np.int64], difference: Floats) -> Agreement:
    """Krippendorff's alpha (Krippendorff, Content Analysis, chapter on reliability).

    `votes` is int64 (patterns, values): how many annotators gave each value; `items` is int64 (patterns,): how many
    items were judged just so; `difference` is float64 (values, values). Equal to the book's coincidence matrix; items
    with a single vote cannot be paired and are left out. The interval is ours: percentiles of a bootstrap over items
    that draws patterns from a multinomial, with the difference of the whole data; draws in which one value occurs are
    left out.
    """
    pairable = votes.sum(axis=1) > 1
    ballots, times = votes[pairable].astype(np.float64), items[pairable].astype(np.float64)
    return _with_interval(times, lambda draw: _alpha(ballots, draw, difference))


def raw(votes: NDArray[np.int64], items: NDArray[np.int64]) -> Agreement:
    """Share of agreeing pairs among the pairs of judgements of an item, shapes as for alpha; chance included."""
    pairable = votes.sum(axis=1) > 1
    ballots, times = votes[pairable].astype(np.float64), items[pairable].astype(np.float64)
    agreeing, sizes = (ballots * (ballots - 1)).sum(axis=1), ballots.sum(axis=1)
    return _with_interval(times, lambda draw: draw @ agreeing / (draw @ (sizes * (sizes - 1))))


def fleiss(votes: NDArray[np.int64], items: NDArray[np.int64]) -> Agreement:
    """Fleiss' kappa (1971), shapes as for alpha; null unless all items have equally many judgements, 2 or more."""
    raters = np.unique(votes.sum(axis=1))
    if len(raters) != 1 or raters[0] < 2:
        return Agreement(None, None, None, int(items.sum()))
    ballots, each = votes.astype(np.float64), float(raters[0])

    def kappa(draw: Floats) -> Floats:
        agreed = draw @ ((ballots * (ballots - 1)).sum(axis=1) / (each * (each - 1))) / draw.sum(axis=1)
        shares = draw @ ballots / (draw.sum(axis=1, keepdims=True) * each)
        chance = (shares**2).sum(axis=1)
        out: Floats = np.full_like(agreed, np.nan)
        np.divide(agreed - chance, 1 - chance, out=out, where=chance < 1)
        return out

    return _with_interval(items.astype(np.float64), kappa)


def cohen(table: NDArray[np.int64], difference: Floats) -> Agreement:
    """Cohen's kappa (1960), weighted (1968) by a `difference` other than nominal; `table` is int64 (values, values):
    counts of items by the label of one annotator (row) and the other (column)."""
    cells = table.astype(np.float64).ravel()
    size = len(table)

    def kappa(draw: Floats) -> Floats:
        tables = draw.reshape(-1, size, size)
        total = tables.sum(axis=(1, 2))
        chance = tables.sum(axis=2)[:, :, None] * tables.sum(axis=1)[:, None, :] / total[:, None, None]
        expected = (chance * difference).sum(axis=(1, 2))
        out: Floats = np.full_like(expected, np.nan)
        np.divide((tables * difference).sum(axis=(1, 2)), expected, out=out, where=expected > 0)
        return 1 - out

    return _with_interval(cells, kappa)


def _with_interval(times: Floats, of: Callable[[Floats], Floats]) -> Agreement:
    """A coefficient, and percentiles of its bootstrap; `of` maps weights (replicates, patterns) to values."""
    total = int(times.sum())
    value = float(of(times[np.newaxis])[0]) if total else np.nan
    if np.isnan(value):
        return Agreement(None, None, None, total)
    if total == 1:
        return Agreement(round(value, DIGITS), None, None, total)
    drawn = np.concatenate([of(draw) for draw in _draws(times, total)])
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Agreement(round(value, DIGITS), round(float(low), DIGITS), round(float(high), DIGITS), total)


def _draws(times: Floats, total: int) -> Iterator[Floats]:
    """Replicates of a bootstrap as (replicates, patterns), in chunks that fit into memory."""
    random, block = np.random.default_rng(SEED), max(1, CHUNK_CELLS // len(times))
    for start in range(0, REPLICATES, block):
        size = min(block, REPLICATES - start)
        yield random.multinomial(total, times / total, size=size).astype(np.float64)


def _alpha(votes: Floats, items: Floats, difference: Floats) -> Floats:
    """Alpha for each row of `items` (replicates, patterns); NaN where only one value occurs."""
    # Ordered pairs of unlike values in an item over its annotators less one: off the diagonal of the coincidences.
    unlike = ((votes @ difference) * votes).sum(axis=1) / (votes.sum(axis=1) - 1)
    margins = items @ votes
    expected = ((margins @ difference) * margins).sum(axis=1)
    out: Floats = np.full_like(expected, np.nan)
    np.divide((margins.sum(axis=1) - 1) * (items @ unlike), expected, out=out, where=expected > 0)
    return 1 - out
