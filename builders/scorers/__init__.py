"""Scorers of candidates, one a file.

What a scorer is: it says how good each of several answers to one prompt is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...schemas.component import Component
from ..asking.ask import Ask


class Score(NamedTuple):
    """One score of one candidate; higher is better."""

    value: float
    """Finite; in the units of the scorer."""
    annotator_id: str | None = None
    """Who gave it; null for a function."""
    digest: str = ""
    """Digest of the ask in the journal; of several, the last."""


class Scorer(Component):
    """Scores the candidates for one prompt, by a function or by asking the annotators of a role."""

    async def scores(
        self, ask: Ask, role: str, question: str, candidates: Sequence[str], ids: Sequence[str]
    ) -> list[list[Score]]:
        """The scores of each candidate, one by each who scores; what is missing is recorded by `ask`.

        `question` is what was asked, in words, `candidates` the answers as text, and `ids` their keys.
        """
        raise NotImplementedError
