import asyncio
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pluriset.builders.asking.budget import BudgetTracker
from pluriset.builders.dispatch.stop import StopSignal
from pluriset.builders.storage.journal import Journal
from pluriset.schemas.errors import Stopped
from pluriset.schemas.recipe import Budget, Price, Recipe
from pluriset.schemas.request import Completion, Message, Request

PRICES = {"main": Price(input=1.0, output=4.0)}


def request(words: int = 10, max_tokens: int = 50) -> Request:
    return Request((Message("user", "word " * words),), {}, max_tokens, 0)


async def spend(budget: BudgetTracker, asks: int, seed: int) -> int:
    """Ask so many times at once, each answer as long as it may be or shorter; how many were answered."""
    draw = random.Random(seed)

    async def send(request: Request) -> Completion:
        await asyncio.sleep(0)
        words = len(request.messages[0].content.split())
        return Completion("{}", "stop", words + 4, draw.randint(1, request.max_tokens))

    sent = (budget.send("main", request(draw.randint(1, 60)), send) for _ in range(asks))
    answers = await asyncio.gather(*sent, return_exceptions=True)
    assert all(isinstance(answer, Completion | Stopped) for answer in answers)
    return sum(isinstance(answer, Completion) for answer in answers)


@settings(max_examples=10)
@given(st.integers(300, 5000), st.integers(0, 1000))
def test_a_token_budget_is_used_and_never_exceeded(tokens: int, seed: int) -> None:
    budget = BudgetTracker(Budget(tokens=tokens), {}, StopSignal())
    answered = asyncio.run(spend(budget, 200, seed))
    assert 0 < budget.spent.tokens <= tokens
    assert answered < 200 and isinstance(budget.stop.reason, Stopped)
    assert budget.reserved.tokens == pytest.approx(0)


def test_a_spent_budget_names_its_limit() -> None:
    budget = BudgetTracker(Budget(usd=0.002), PRICES, StopSignal())
    asyncio.run(spend(budget, 100, 1))
    assert 0 < budget.spent.usd <= 0.002
    assert "of 0.002 USD" in str(budget.stop.reason)


def test_voided_and_superseded_answers_count_as_spent(tmp_path: Path) -> None:
    ask, answer = {"teacher": "main"}, Completion("{}", "stop", 100, 10).record()
    journal = Journal(tmp_path)
    for digest in (b"\1" * 16, b"\2" * 16, b"\2" * 16):
        journal.add_answer(digest, answer, ask)
    journal.add_void(b"\1" * 16, "told to ask again")
    journal.close()
    for opened in (journal, again := Journal(tmp_path)):
        budget = BudgetTracker(Budget(tokens=1000), PRICES, StopSignal())
        budget.count(opened)
        assert budget.spent.tokens == 330
    assert len(again) == 1
    again.close()
    journal.close()


def test_an_answer_without_token_counts_costs_the_most_it_can(tmp_path: Path) -> None:
    async def send(request: Request) -> Completion:
        return Completion("{}")

    asked, live = request(), BudgetTracker(Budget(tokens=10_000), PRICES, StopSignal())
    with pytest.raises(Stopped):
        for _ in range(1000):
            asyncio.run(live.send("main", asked, send))
    assert 0 < live.spent.tokens <= 10_000

    journal = Journal(tmp_path)
    journal.add_context("0" * 32, {"teacher": {}, "schema": {}})
    ask = {"teacher": "main", "context": "0" * 32, "messages": asked.messages, "max_tokens": asked.max_tokens}
    journal.add_answer(b"\1" * 16, {"text": "{}"}, ask)
    journal.add_answer(b"\2" * 16, {"text": "{}"}, {})
    later = BudgetTracker(Budget(tokens=10_000), PRICES, StopSignal())
    later.count(journal)
    journal.close()
    once = BudgetTracker(Budget(tokens=10_000), PRICES, StopSignal())
    asyncio.run(once.send("main", asked, send))
    assert later.spent.tokens == pytest.approx(once.spent.tokens, abs=10)


def test_without_a_limit_nothing_is_reserved() -> None:
    budget = BudgetTracker(Budget(), PRICES, StopSignal())
    assert asyncio.run(spend(budget, 50, 1)) == 50 and budget.stop.reason is None


def test_a_failed_request_releases_its_reservation() -> None:
    async def send(request: Request) -> Completion:
        raise ConnectionError

    budget = BudgetTracker(Budget(tokens=1000), {}, StopSignal())
    with pytest.raises(ConnectionError):
        asyncio.run(budget.send("main", request(), send))
    assert budget.reserved.tokens == pytest.approx(0) and budget.spent.tokens == 0


def test_dollars_need_prices() -> None:
    said = {"name": "a", "license": "mit", "source": "sample", "teachers": {"main": "embedded"}, "family": "values"}
    with pytest.raises(ValidationError, match="prices must say what main costs"):
        Recipe.model_validate({**said, "budget": {"usd": 1}})
