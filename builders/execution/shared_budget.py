"""A budget that several processes share: each spends grants, and asks for more when the next request does not fit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from ...schemas.errors import Stopped
from ...schemas.recipe import Budget, Price
from ..asking.budget import BudgetTracker, Cost
from ..dispatch.stop import StopSignal
from ..storage.journal import Journal

ASK_AGAIN = 0.5
"""Seconds before a worker asks again while others hold grants that they may return."""
Grant = Callable[[Cost, Cost, bool], Awaitable[Cost | None]]
"""What the next request needs, what was spent, whether nothing is in flight -> total that may be spent, or None."""


class SharedBudget(BudgetTracker):
    """Keeps what this process spends within what it was granted."""

    def __init__(
        self, limits: Budget, prices: Mapping[str, Price], stop: StopSignal, recipe_file: str, grant: Grant
    ) -> None:
        super().__init__(limits, prices, stop, recipe_file)
        self.granted = Cost()
        self._grant = grant
        self._asking = asyncio.Lock()

    def count(self, journal: Journal) -> None:
        """Nothing: what the journal has cost is counted once for all processes."""

    async def _reserve(self, most: Cost) -> None:
        async with self._asking:  # the others wait for the same grant
            while not self._fits(most):
                self.stop.check()
                granted = await self._grant(most, self.spent, not self._in_flight)
                if granted is None:
                    self.stop.set(self._spent())
                    self.stop.check()
                self.granted = granted or self.granted
                if not self._fits(most):
                    self._settled.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._settled.wait(), ASK_AGAIN)
            self.reserved, self._in_flight = self.reserved.plus(most), self._in_flight + 1

    def _fits(self, most: Cost) -> bool:
        total = self.spent.plus(self.reserved).plus(most)
        limits = self.limits
        return (limits.tokens is None or total.tokens <= self.granted.tokens) and (
            limits.usd is None or total.usd <= self.granted.usd
        )

    def _spent(self) -> Stopped:
        return Stopped(
            "the budget that all workers share is spent; all answers so far are kept",
            where=f"{self.recipe_file}: budget",
            hint="raise the budget and run the same command again: it resumes where it stopped",
        )
