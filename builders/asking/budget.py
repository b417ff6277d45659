"""What a run may spend: every request reserves its prompt and its longest answer before it is sent."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from pydantic_core import to_json

from ...schemas.errors import Stopped
from ...schemas.recipe import Budget, Price
from ...schemas.request import Completion, Request
from ..dispatch.stop import StopSignal
from ..storage.journal import Journal

TOKENS_PER_MESSAGE = 16
"""Tokens that a chat template may add to a message."""
MARGIN = 1.25
"""A prompt may have this many times the tokens per byte of the densest one that the teacher has counted."""


class Cost(NamedTuple):
    """Tokens, and what they cost in USD."""

    tokens: float = 0
    usd: float = 0

    def plus(self, other: Cost) -> Cost:
        """The sum of both."""
        return Cost(self.tokens + other.tokens, self.usd + other.usd)

    def minus(self, other: Cost) -> Cost:
        """The difference of both."""
        return Cost(self.tokens - other.tokens, self.usd - other.usd)


class BudgetTracker:
    """Keeps the cost of every answer in the journal, plus what is reserved, within the budget of a recipe.

    Answers are bounded by their `max_tokens`. No tokenizer is used: until a teacher has counted a prompt, each byte of
    a prompt and its schema counts as a token; after that the densest prompt decides, with a margin. A request without
    an answer counts as free, and an answer without token counts as the most that it can cost.
    """

    def __init__(
        self, limits: Budget, prices: Mapping[str, Price], stop: StopSignal, recipe_file: str = "recipe.yaml"
    ) -> None:
        self.limits, self.prices, self.stop, self.recipe_file = limits, prices, stop, recipe_file
        self.spent, self.reserved = Cost(), Cost()
        self.unlimited = limits.usd is None and limits.tokens is None
        self._density: defaultdict[str, float] = defaultdict(float)
        self._in_flight = 0
        self._settled = asyncio.Event()

    def count(self, journal: Journal) -> None:
        """Add up every answer in the journal, superseded and no longer needed ones included."""
        if self.unlimited:
            return
        for record in chain(journal.records(), journal.superseded()):
            self.spent = self.spent.plus(self._recorded_cost(journal, record))

    def cost(self, teacher: str, prompt: float, answer: float) -> Cost:
        """The cost of so many tokens; a teacher that is no longer in the recipe counts at the highest price."""
        price, prices = self.prices.get(teacher), self.prices.values()
        per_prompt = price.input if price else max((one.input for one in prices), default=0)
        per_answer = price.output if price else max((one.output for one in prices), default=0)
        return Cost(prompt + answer, (prompt * per_prompt + answer * per_answer) / 1e6)

    async def send(
        self, teacher: str, request: Request, send: Callable[[Request], Awaitable[Completion]]
    ) -> Completion:
        """Send a request once the most that it can cost fits; waits for others to settle first. Raises `Stopped`."""
        if self.unlimited:
            return await send(request)
        size = _json_bytes(request.messages, request.schema)
        density = min(1.0, MARGIN * self._density[teacher]) or 1.0
        prompt = size * density + TOKENS_PER_MESSAGE * len(request.messages)
        most = self.cost(teacher, prompt, request.max_tokens)
        await self._reserve(most)
        try:
            completion = await send(request)
            self.spent = self.spent.plus(self._counted_cost(teacher, completion) or most)
            self._density[teacher] = max(self._density[teacher], completion.input_tokens / size)
            return completion
        finally:
            self.reserved, self._in_flight = self.reserved.minus(most), self._in_flight - 1
            self._settled.set()

    def _recorded_cost(self, journal: Journal, record: dict[str, Any]) -> Cost:
        """The cost of an answer in the journal, at most."""
        ask, teacher = record["ask"], record["ask"].get("teacher", "")
        if counted := self._counted_cost(teacher, Completion.from_record(record["answer"])):
            return counted
        messages, facts = ask.get("messages", ()), journal.context(ask.get("context", "")) or {}
        prompt = _json_bytes(messages, facts.get("schema")) + TOKENS_PER_MESSAGE * len(messages)
        return self.cost(teacher, prompt, ask.get("max_tokens", 0))

    def _counted_cost(self, teacher: str, answer: Completion) -> Cost | None:
        """The cost by the endpoint's own token counts; None where it reported none, as every prompt has some."""
        return self.cost(teacher, answer.input_tokens, answer.output_tokens) if answer.input_tokens else None

    async def _reserve(self, most: Cost) -> None:
        while not self._fits(most):
            if not self._in_flight:
                self.stop.set(self._exhausted(most))
            self.stop.check()
            self._settled.clear()
            await self._settled.wait()
        self.reserved, self._in_flight = self.reserved.plus(most), self._in_flight + 1

    def _fits(self, most: Cost) -> bool:
        total = self.spent.plus(self.reserved).plus(most)
        tokens, usd = self.limits.tokens, self.limits.usd
        return (tokens is None or total.tokens <= tokens) and (usd is None or total.usd <= usd)

    def _exhausted(self, most: Cost) -> Stopped:
        units = {
            "USD": (self.spent.usd, self.limits.usd, most.usd),
            "tokens": (self.spent.tokens, self.limits.tokens, most.tokens),
        }
        got = (
            f"{spent:,.6g} of {limit:,.6g} {unit}, and the next request can need {more:,.6g}"
            for unit, (spent, limit, more) in units.items()
            if limit is not None
        )
        return Stopped(
            "the budget is spent; all answers so far are kept",
            where=f"{self.recipe_file}: budget",
            got="; ".join(got),
            hint="raise the budget and run the same command again: it resumes where it stopped",
        )


def _json_bytes(messages: Sequence[Any], schema: Mapping[str, Any] | None) -> int:
    """Size of a prompt and its schema as JSON."""
    return len(to_json((messages, schema)))
