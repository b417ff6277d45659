"""So many a minute and no more: evenly spaced, without bursts (the generic cell rate algorithm with no tolerance)."""

from __future__ import annotations


class Pace:
    """A rate per minute; without one nothing ever waits."""

    def __init__(self, per_minute: float | None) -> None:
        self._each = 60 / per_minute if per_minute else 0.0
        self._free = 0.0

    def take(self, now: float, amount: float = 1) -> float:
        """Book an amount at a moment; the seconds to wait before it may be used."""
        start = max(now, self._free)
        self._free = start + amount * self._each
        return start - now

    def give_back(self, amount: float) -> None:
        """What was booked and not used; negative for what was used and not booked."""
        self._free -= amount * self._each
