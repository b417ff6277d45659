"""What answers have cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .recipe import Price


@dataclass(slots=True)
class Spent:
    """What the answers of one teacher in one role have cost."""

    answers: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    uncounted: int = 0
    """Answers of which the endpoint did not report the tokens."""

    def __add__(self, other: Spent) -> Spent:
        """What both have cost."""
        return Spent(
            self.answers + other.answers,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.uncounted + other.uncounted,
        )


Spending = Mapping[tuple[str, str], Spent]
"""(role, teacher) -> what its answers have cost."""


def usd(spending: Spending, prices: Mapping[str, Price]) -> float | None:
    """What answers cost at declared prices; null where a teacher has none, or did not count its tokens."""
    if not prices or not {teacher for _, teacher in spending} <= {*prices}:
        return None
    if any(spent.uncounted for spent in spending.values()):
        return None
    costs = ((prices[teacher], spent) for (_, teacher), spent in spending.items())
    return round(sum(p.input * s.input_tokens + p.output * s.output_tokens for p, s in costs) / 1e6, 6)
