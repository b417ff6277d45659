"""How much more often one group of texts uses a word than another, by the number of its uses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from math import exp, log, sqrt
from typing import NamedTuple

from .aggregates import Z

WORD = re.compile(r"[^\W\d_]{3,}")


class OddsRatio(NamedTuple):
    """A word, and the odds of its use in the first group over those in the second."""

    word: str
    ratio: float
    low: float
    high: float
    uses: int
    """Uses in both groups."""


def odds_ratios(
    first: Iterable[str], second: Iterable[str], min_uses: int, smoothing: float, ignored: Iterable[str] = ()
) -> list[OddsRatio]:
    """Words with at least `min_uses` in both groups together, those furthest from 1 first.

    OR(w) = (a / b) / ((A - a) / (B - b)), with a and b the uses of w in the two groups and A and B those of all words,
    as Wan et al. (arXiv 2310.09219) have it. Ours: `smoothing` is added to each of the four counts, and the interval is
    Woolf's (1955). Words of the texts themselves are counted, in lower case, from three letters on, without `ignored`.
    """
    left_out = {word.lower() for word in ignored}
    counts = [
        Counter(word for text in texts for word in WORD.findall(text.lower()) if word not in left_out)
        for texts in (first, second)
    ]
    totals = [group.total() for group in counts]
    found = []
    for word in sorted(counts[0] | counts[1]):
        uses = [group[word] for group in counts]
        if sum(uses) < min_uses:
            continue
        a, b = (n + smoothing for n in uses)
        c, d = (total - n + smoothing for total, n in zip(totals, uses, strict=True))
        if min(a, b, c, d) <= 0:
            continue
        centre, half = log(a * d / (b * c)), Z * sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        found.append(OddsRatio(word, exp(centre), exp(centre - half), exp(centre + half), sum(uses)))
    return sorted(found, key=lambda each: (-abs(log(each.ratio)), each.word))
