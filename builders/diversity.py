"""Diversity on purpose: a teacher is shown what there is already, and asked for what that misses.

STEER (arXiv 2308.07645) pushes away from negative examples in the logits, which most teachers do not give. This is our
form of it for a prompt. Rounds have a fixed size in seed order, and a round sees only the rounds before it, so that
what is shown depends on the seeds and their rows and never on the order in which answers came.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from pydantic import ConfigDict, PositiveInt

from ..schemas.documented import Documented
from ..schemas.row import Row
from .family import Family

MOST = 1000
"""Texts that are remembered, however many rows there are."""


class Diversity(Documented):
    """Which negative examples a prompt shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    round: PositiveInt = 50
    """Seeds of a round, in seed order; a round sees what the rounds before it brought."""
    negatives: PositiveInt = 8
    """How many negative examples a prompt shows at most."""
    real: tuple[str, ...] = ()
    """Real examples to keep away from, from the first round on."""

    def drawn(self, item: str, earlier: Sequence[str]) -> list[str]:
        """The negative examples for an item, drawn by its id: the same for the same rounds before."""
        known = sorted({*self.real, *earlier})
        return random.Random(item).sample(known, min(self.negatives, len(known)))


class Earlier:
    """A uniform sample of the texts of the rounds before (reservoir sampling, Vitter's algorithm R)."""

    def __init__(self, family: Family) -> None:
        self.seen: Sequence[str] = ()
        """What the current round may see."""
        self._family, self._size = family, family.round()
        self._kept: list[str] = []
        self._texts = self._seeds = 0
        self._draw = random.Random(0)

    def add(self, rows: Sequence[Row]) -> None:
        """Take the rows of the next seed in order; at the end of a round they become visible."""
        if self._size is None:
            return
        for text in self._family.remembered(rows):
            self._keep(text)
        self._seeds += 1
        if self._seeds % self._size == 0:
            self.seen = tuple(self._kept)

    def _keep(self, text: str) -> None:
        self._texts += 1
        if len(self._kept) < MOST:
            self._kept.append(text)
        elif (place := self._draw.randrange(self._texts)) < MOST:
            self._kept[place] = text
