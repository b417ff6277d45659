"""Words that one group of texts uses more than the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .aggregates import Z
from .multiple_tests import benjamini_hochberg

WORD = re.compile(r"[^\W\d_]{2,}")


class WordOdds(NamedTuple):
    """How much more often texts of a group contain a word than the other texts do."""

    who: str
    word: str
    odds_ratio: float
    low: float
    high: float
    texts: int
    """Texts of the group with the word."""
    adjusted_p: float
    """One-sided exact p-value, corrected over all words and groups by Benjamini and Hochberg."""


def word_odds(texts: Sequence[str], groups: Sequence[str], min_texts: int) -> list[WordOdds]:
    """Words by group, the most telling first; a word counts once a text, and in `min_texts` texts at least.

    The odds ratio adds one half to each cell (Haldane 1956), the interval is Woolf's (1955), the p-value that of
    Fisher's exact test against a ratio above 1. Needs scipy.
    """
    from scipy.stats import hypergeom

    totals, by_group = Counter(groups), {group: Counter[str]() for group in groups}
    for text, group in zip(texts, groups, strict=True):
        by_group[group].update(set(WORD.findall(text.lower())))
    everywhere = sum(by_group.values(), Counter[str]())
    words = sorted(word for word, n in everywhere.items() if min_texts <= n < len(texts))
    found, p_values = [], []
    for group in sorted(totals):
        for word in words:
            a, n = by_group[group][word], totals[group]
            b, m = everywhere[word] - a, len(texts) - n
            p_values.append(float(hypergeom.sf(a - 1, n + m, a + b, n)))
            cells = np.asarray([a, n - a, b, m - b]) + 0.5
            log, half = float(np.log(cells[0] * cells[3] / cells[1] / cells[2])), Z * float(np.sqrt((1 / cells).sum()))
            ratio, low, high = np.exp([log, log - half, log + half]).tolist()
            found.append(WordOdds(group, word, ratio, low, high, a, 1.0))
    adjusted = benjamini_hochberg(p_values).tolist()
    odds = [one._replace(adjusted_p=p) for one, p in zip(found, adjusted, strict=True)]
    return sorted(odds, key=lambda one: (one.adjusted_p, -one.odds_ratio, one.word, one.who))
