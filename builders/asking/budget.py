"""What a run may spend: every ask reserves its prompt and its longest answer before it is sent."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from pydantic_core import to_json

from ...schemas.errors import Stopped
from ...schemas.recipe import Budget as Limit
from ...schemas.recipe import Price
from ...schemas.request import Completion, Request
from ..dispatch.stop import Halt
from ..storage.journal import Journal

PER_MESSAGE = 16
"""Tokens that a chat template may add to a message."""
MARGIN = 1.25
"""A prompt may have so many times the tokens per byte of the densest one that the teacher has counted."""


class Cost(NamedTuple):
    """Tokens, and what they cost in USD."""

    tokens: float = 0
    usd: float = 0

    def plus(self, other: Cost) -> Cost:
        """Both together."""
        return Cost(self.tokens + other.tokens, self.usd + other.usd)

    def less(self, other: Cost) -> Cost:
        """Without the other."""
        return Cost(self.tokens - other.tokens, self.usd - other.usd)


class Budget:
    """Keeps what was spent, by every answer in the journal, and what is reserved, below a limit.

    Answers are bounded by their `max_tokens`. A tokenizer is not asked: until a teacher has counted a prompt, each
    byte of a prompt and its schema is taken for a token, and after that the densest prompt, with a margin. A request
    without an answer is taken to cost nothing, and an answer whose tokens nobody counted the most that it can cost.
    """

    def __init__(self, limit: Limit, prices: Mapping[str, Price], halt: Halt, recipe: str = "recipe.yaml") -> None:
        self.limit, self.prices, self.halt, self.recipe = limit, prices, halt, recipe
        self.spent, self.held = Cost(), Cost()
        self.unlimited = limit.usd is None and limit.tokens is None
        self._density: defaultdict[str, float] = defaultdict(float)
        self._open = 0
        self._settled = asyncio.Event()

    def count(self, journal: Journal) -> None:
        """Count every answer in the journal: also of asks that the recipe no longer asks, and what was voided."""
        if self.unlimited:
            return
        for record in chain(journal.records(), journal.beaten()):
            self.spent = self.spent.plus(self._paid(journal, record))

    def cost(self, teacher: str, prompt: float, answer: float) -> Cost:
        """What so many tokens cost; a teacher that is no longer in the recipe had the highest price."""
        price = self.prices.get(teacher)
        dear = self.prices.values()
        per_prompt = price.input if price else max((one.input for one in dear), default=0)
        per_answer = price.output if price else max((one.output for one in dear), default=0)
        return Cost(prompt + answer, (prompt * per_prompt + answer * per_answer) / 1e6)

    async def send(
        self, teacher: str, request: Request, send: Callable[[Request], Awaitable[Completion]]
    ) -> Completion:
        """Send a request when the most that it can cost fits; waits for others to settle first. Raises `Stopped`."""
        if self.unlimited:
            return await send(request)
        size = _size(request.messages, request.schema)
        density = min(1.0, MARGIN * self._density[teacher]) or 1.0
        most = self.cost(teacher, size * density + PER_MESSAGE * len(request.messages), request.max_tokens)
        await self._reserve(most)
        try:
            answered = await send(request)
            self.spent = self.spent.plus(self._counted(teacher, answered) or most)
            self._density[teacher] = max(self._density[teacher], answered.input_tokens / size)
            return answered
        finally:
            self.held, self._open = self.held.less(most), self._open - 1
            self._settled.set()

    def _paid(self, journal: Journal, record: dict[str, Any]) -> Cost:
        """What an answer in the journal has cost, at most."""
        ask, teacher = record["ask"], record["ask"].get("teacher", "")
        if counted := self._counted(teacher, Completion(**record["answer"])):
            return counted
        messages, facts = ask.get("messages", ()), journal.context(ask.get("context", "")) or {}
        prompt = _size(messages, facts.get("schema")) + PER_MESSAGE * len(messages)
        return self.cost(teacher, prompt, ask.get("max_tokens", 0))

    def _counted(self, teacher: str, answer: Completion) -> Cost | None:
        """What an answer has cost; null where nobody counted its tokens, as there is no prompt without any."""
        return self.cost(teacher, answer.input_tokens, answer.output_tokens) if answer.input_tokens else None

    async def _reserve(self, most: Cost) -> None:
        while not self._fits(most):
            if not self._open:
                self.halt.set(self._spent(most))
            self.halt.check()
            self._settled.clear()
            await self._settled.wait()
        self.held, self._open = self.held.plus(most), self._open + 1

    def _fits(self, most: Cost) -> bool:
        total = self.spent.plus(self.held).plus(most)
        tokens, usd = self.limit.tokens, self.limit.usd
        return (tokens is None or total.tokens <= tokens) and (usd is None or total.usd <= usd)

    def _spent(self, most: Cost) -> Stopped:
        limits = {
            "USD": (self.spent.usd, self.limit.usd, most.usd),
            "tokens": (self.spent.tokens, self.limit.tokens, most.tokens),
        }
        told = (
            f"{spent:,.6g} of {limit:,.6g} {unit}, and the next ask can need {more:,.6g}"
            for unit, (spent, limit, more) in limits.items()
            if limit is not None
        )
        return Stopped(
            "the budget is spent; everything answered so far is kept",
            where=f"{self.recipe}: budget",
            got="; ".join(told),
            hint="raise the budget and run the same command again: it goes on from here",
        )


def _size(messages: Sequence[Any], schema: Mapping[str, Any] | None) -> int:
    """Bytes of a prompt and its schema, as JSON."""
    return len(to_json((messages, schema)))
