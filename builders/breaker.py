"""A circuit breaker: after many failures in a row an endpoint is left alone, then tried with one request at a time.

After Nygard, Release It! (2007). It opens on failures in a row, which scattered faults do not make.
"""

from __future__ import annotations

STREAK = 16
"""Failures in a row that open it."""
FIRST_PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds of the pauses of an endpoint that never answered; it is given up after the last."""
PAUSES = (*FIRST_PAUSES, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0, 60.0)
"""Seconds of the pauses of an endpoint that answered before: about five minutes."""


class Breaker:
    """The breaker of one endpoint."""

    def __init__(self) -> None:
        self.pauses = 0
        """Pauses since it last answered; above 0 it is sent one request at a time."""
        self.lost = False
        """Whether it is given up."""
        self._streak = 0
        self._answered = False

    @property
    def open(self) -> bool:
        """Whether the last pause has not been followed by an answer."""
        return self.pauses > 0

    def answered(self) -> None:
        """The endpoint lives."""
        self._streak = self.pauses = 0
        self._answered = True

    def failed(self) -> float:
        """Count a failure; the seconds for which to leave the endpoint alone."""
        self._streak += 1
        if self._streak < STREAK and not self.open:
            return 0.0
        pauses = PAUSES if self._answered else FIRST_PAUSES
        if self.pauses == len(pauses):
            self.lost = True
            return 0.0
        self.pauses += 1
        return pauses[self.pauses - 1]
