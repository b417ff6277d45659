"""A rate per minute, evenly spaced, without bursts: the generic cell rate algorithm with zero tolerance."""

from __future__ import annotations


class Pacer:
    """A limit per minute; `None` is no limit."""

    def __init__(self, per_minute: float | None) -> None:
        self._seconds_each = 60 / per_minute if per_minute else 0.0
        self._next_free = 0.0
        self.share = 1.0
        """Share of the rate that is ours; other processes use the rest."""

    def reserve(self, now: float, amount: float = 1) -> float:
        """Reserve an amount; returns the seconds to wait before it may be used."""
        start = max(now, self._next_free)
        self._next_free = start + amount * self._seconds_each / self.share
        return start - now

    def refund(self, amount: float) -> None:
        """Return what was reserved and not used; negative for what was used beyond the reservation."""
        self._next_free -= amount * self._seconds_each / self.share
