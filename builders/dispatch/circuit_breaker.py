"""A circuit breaker: after many failures in a row an endpoint is left alone, then tried with one request at a time.

After Nygard, Release It! (2007). It opens on failures in a row, which scattered faults do not make.
"""

from __future__ import annotations

FIRST_STREAK, STREAK = 4, 16
"""Failures in a row that open it, beyond one for each request that may fly; before the first answer, and after it."""
FIRST_PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds of the pauses of an endpoint that never answered; it is given up after the last."""
PAUSES = (*FIRST_PAUSES, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0, 60.0)
"""Seconds of the pauses of an endpoint that answered before: about five minutes."""


class Breaker:
    """The breaker of one endpoint."""

    def __init__(self) -> None:
        self.pauses = 0
        """Pauses since the last answer; above 0 the endpoint is sent one request at a time."""
        self.until = 0.0
        """When the last pause ends, by the monotonic clock."""
        self.lost = False
        """Whether the endpoint is given up."""
        self._streak = 0
        self._answered = False

    @property
    def open(self) -> bool:
        """Whether no answer has come since the last pause began."""
        return self.pauses > 0

    def answered(self) -> None:
        """The endpoint lives."""
        self._streak, self.pauses, self.until = 0, 0, 0.0
        self._answered = True

    def eased(self) -> None:
        """It is sent less from now on, which may help: what failed before does not count."""
        self._streak = 0

    def failed(self, now: float, flying: int) -> bool:
        """Count a failure while so many may fly; true if it begins a pause."""
        self._streak += 1
        if self._streak < (STREAK if self._answered else FIRST_STREAK) + flying and not self.open:
            return False
        pauses = PAUSES if self._answered else FIRST_PAUSES
        self.lost = self.pauses == len(pauses)
        if not self.lost:
            self.until = now + pauses[self.pauses]
            self.pauses += 1
        return True
