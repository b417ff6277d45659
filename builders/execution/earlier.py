"""What a round may see of the rounds before it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from ...schemas.row import Row
from ..families import Family


class Earlier:
    """A uniform sample of the texts of the rounds before (reservoir sampling, Vitter's algorithm R)."""

    def __init__(self, family: Family) -> None:
        self.seen: Sequence[str] = ()
        """What the current round may see."""
        self._family, self._size, self._most = family, family.round(), family.max_remembered
        self._kept: list[str] = []
        self._texts = self._seeds = 0
        self._draw = random.Random(0)

    def add(self, rows: Sequence[Row]) -> None:
        """Take the rows of the next seed in order; at the end of a round they become visible."""
        if self._size is None:
            return
        for text in self._family.texts_to_avoid(rows):
            self._keep(text)
        self._seeds += 1
        if self._seeds % self._size == 0:
            self.seen = tuple(self._kept)

    def _keep(self, text: str) -> None:
        self._texts += 1
        if len(self._kept) < self._most:
            self._kept.append(text)
        elif (place := self._draw.randrange(self._texts)) < self._most:
            self._kept[place] = text
