"""How far a run is, as whoever watches it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .usage import Spending


@dataclass(frozen=True, slots=True)
class Status:
    """How far a run is."""

    seeds_done: int
    seeds: int
    asked: int
    replayed: int
    paid: int
    failed: int
    in_flight: int
    rejected: int
    rejects: Mapping[str, int]
    """Reason -> seeds, asks and rows that are missing for it so far."""
    spent: Spending
    """Answers and tokens of everything that was answered so far."""
    usd: float | None
    """What that cost; null where a teacher has no declared price."""
    paid_tokens: int
    """Tokens of the answers that were paid for just now."""
    says: tuple[str, ...] = ()
    """What the user must know of the teachers now: pauses, and limits that fell."""


Watch = Callable[[Status], None]
