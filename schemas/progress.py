"""How far a run is, as reported while it builds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from .usage import Spending


@dataclass(frozen=True, slots=True)
class Status:
    """How far a run is. Of its requests, `cached`, `sent`, `failed` and `pending` are done; the others are open."""

    seeds_done: int
    seeds: int
    requests: int
    """Requests that families made so far."""
    cached: int
    """Answered by the journal, or by an identical request in flight."""
    sent: int
    """Answered by a teacher."""
    failed: int
    """Without a usable answer."""
    pending: int
    """Written to batch files."""
    in_flight: int
    """Sent and not answered yet."""
    rejected: int
    """Seeds without rows."""
    rejects: Mapping[str, int]
    """Reason -> seeds, requests and rows that are missing for it so far."""
    spent: Spending
    """Answers and tokens of everything that was answered so far."""
    usd: float | None
    """What that cost; null where a teacher has no declared price."""
    sent_tokens: int
    """Tokens of the answers to requests that were sent by this process."""
    messages: tuple[str, ...] = ()
    """What the user should know of the teachers now: pauses, and lowered concurrency."""
    phase: str = ""
    """What the build does after its last request, such as `writing tables`; empty before."""


Watch = Callable[[Status], None]
"""Called with the status every half second, once after the last request, and at the start of each later phase."""


@dataclass(slots=True)
class Phases:
    """A `Watch` that passes on what it is called with, and can announce what follows the last request."""

    watch: Watch | None
    last: Status | None = None

    def __call__(self, status: Status) -> None:
        """Remember the status and pass it on."""
        self.last = status
        if self.watch:
            self.watch(status)

    def begin(self, phase: str) -> None:
        """Report the last status again, in this phase."""
        if self.last:
            self(replace(self.last, phase=phase, messages=()))
