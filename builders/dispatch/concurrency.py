"""How many requests an endpoint is sent at once: additive increase, multiplicative decrease (Jacobson 1988).

Refusals for want of room and missed deadlines tell of load. Any endpoint has some at random, so a cumulative sum
(Page 1954, doi.org/10.1093/biomet/41.1-2.100) decides when their share is more than `TOLERATED`. Refusals come back
sooner than answers, so the tolerated share of what flies proves nothing yet. A limit that is not used was never tried,
so it falls from what flies (as in RFC 7661). The constants are ours.
"""

from __future__ import annotations

TOLERATED = 0.15
"""Share of refusals that is not believed to tell of load."""
PROOF = 5 * (1 - TOLERATED)
"""What must add up to be believed, beyond the tolerated share of what flies: five refusals in a row."""


class Limit:
    """The limit of one endpoint; starts at the most that is allowed."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._now = float(most)
        self._evidence = 0.0

    @property
    def now(self) -> int:
        """How many may be in flight."""
        return int(self._now)

    def held(self, full: bool) -> None:
        """A request came back without a word of load; one more may fly after as many as fly now, if that is `full`."""
        self._evidence = max(0.0, self._evidence - TOLERATED)
        if full:
            self._now = min(self.most, self._now + 1 / self._now)

    def refused(self, keep: float, flying: int) -> bool:
        """A request met load while so many flew; if that is believed, the limit falls to a share of them."""
        tried = min(self._now, flying)
        self._evidence += 1 - TOLERATED
        if self._evidence < PROOF + TOLERATED * tried:
            return False
        before, self._evidence = self.now, 0.0
        self._now = max(1.0, tried * keep)
        return self.now < before
