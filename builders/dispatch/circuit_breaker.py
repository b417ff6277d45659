"""A circuit breaker: after many failures in a row an endpoint is paused, then tried with one request at a time.

After Nygard, Release It! (2007). It opens on failures in a row, which scattered faults do not cause.
"""

from __future__ import annotations

FIRST_STREAK, STREAK = 4, 16
"""Failures in a row that open it, beyond one for each request that may be in flight; before and after the first
answer."""
FIRST_PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds of the pauses of an endpoint that never answered; it is given up after the last."""
PAUSES = (*FIRST_PAUSES, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0, 60.0)
"""Seconds of the pauses of an endpoint that answered before: about five minutes."""


class CircuitBreaker:
    """The breaker of one endpoint. Times are those of the clock that `on_failure` is given."""

    def __init__(self) -> None:
        self.pauses = 0
        """Pauses since the last answer; above 0 the endpoint is sent one request at a time."""
        self.paused_until = 0.0
        """When the last pause ends."""
        self.given_up = False
        """Whether the endpoint stayed silent through every pause."""
        self._streak = 0
        self._answered = False

    @property
    def open(self) -> bool:
        """Whether nothing was answered since the last pause began."""
        return self.pauses > 0

    def on_answer(self) -> None:
        """The endpoint responded, with whatever status: close the breaker."""
        self._streak, self.pauses, self.paused_until = 0, 0, 0.0
        self._answered = True

    def reset_streak(self) -> None:
        """Forget earlier failures, as fewer requests are sent from now on, which may help."""
        self._streak = 0

    def on_failure(self, now: float, concurrency: int) -> bool:
        """Count a failure of an endpoint that may have `concurrency` requests in flight; true if it begins a pause."""
        self._streak += 1
        if self._streak < (STREAK if self._answered else FIRST_STREAK) + concurrency and not self.open:
            return False
        pauses = PAUSES if self._answered else FIRST_PAUSES
        self.given_up = self.pauses == len(pauses)
        if not self.given_up:
            self.paused_until = now + pauses[self.pauses]
            self.pauses += 1
        return True
