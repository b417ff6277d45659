"""A reward function without a model: text that repeats itself scores low."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import PositiveInt

from ..asking.ask import Ask
from . import Score, Scorer


class Distinct(Scorer):
    """Share of distinct n-grams of words: 0 to 1.

    It is 1 where no n-gram is repeated, and 0 where there are none.
    """

    n: PositiveInt = 2
    """Words of an n-gram. Distinct-n is Li et al.'s (arXiv 1510.03055); lower-cased words of letters are ours."""

    async def scores(
        self, ask: Ask, role: str, question: str, candidates: Sequence[str], ids: Sequence[str]
    ) -> list[list[Score]]:
        """One score each; nobody is asked."""
        return [[Score(self._distinct(text))] for text in candidates]

    def _distinct(self, text: str) -> float:
        words = re.findall(r"[^\W\d_]+", text.lower())
        grams = [tuple(words[at : at + self.n]) for at in range(len(words) - self.n + 1)]
        return len(set(grams)) / len(grams) if grams else 0.0
