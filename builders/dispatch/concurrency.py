"""How many requests an endpoint is sent at once: additive increase, multiplicative decrease (Jacobson 1988).

Refusals for overload and missed deadlines are signs of overload. Any endpoint shows some at random, so a cumulative sum
(Page 1954, doi.org/10.1093/biomet/41.1-2.100) decides when their share exceeds `TOLERATED`. Refusals come back sooner
than answers, so the tolerated share of the requests in flight proves nothing yet. A limit that is not reached was never
tested, so it falls from the number in flight (as in RFC 7661). The constants are ours.
"""

from __future__ import annotations

TOLERATED = 0.15
"""Share of overload signs that is taken for chance."""
THRESHOLD = 5 * (1 - TOLERATED)
"""Evidence that lowers the limit, beyond the tolerated share of requests in flight: five overload signs in a row."""


class ConcurrencyLimit:
    """The limit of one endpoint; starts at the maximum."""

    def __init__(self, maximum: int) -> None:
        self.maximum = maximum
        self._limit = float(maximum)
        self._evidence = 0.0

    @property
    def current(self) -> int:
        """How many requests may be in flight now."""
        return int(self._limit)

    def on_success(self, saturated: bool) -> None:
        """A request came back without a sign of overload; `saturated` if as many as allowed were in flight."""
        self._evidence = max(0.0, self._evidence - TOLERATED)
        if saturated:
            self._limit = min(self.maximum, self._limit + 1 / self._limit)

    def on_overload(self, keep: float, in_flight: int) -> bool:
        """A request met overload; with enough evidence the limit falls to the share `keep`, and true is returned."""
        used = min(self._limit, in_flight)
        self._evidence += 1 - TOLERATED
        if self._evidence < THRESHOLD + TOLERATED * used:
            return False
        before, self._evidence = self.current, 0.0
        self._limit = max(1.0, used * keep)
        return self.current < before
