import asyncio
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pluriset.builders.asking.budget import Budget
from pluriset.builders.dispatch.stop import Halt
from pluriset.builders.storage.journal import Journal
from pluriset.schemas.errors import Stopped
from pluriset.schemas.recipe import Budget as Limit
from pluriset.schemas.recipe import Price, Recipe
from pluriset.schemas.request import Completion, Message, Request
from pydantic import ValidationError

PRICES = {"main": Price(input=1.0, output=4.0)}


def request(words: int = 10, max_tokens: int = 50) -> Request:
    return Request((Message("user", "word " * words),), {}, max_tokens, 0)


async def spend(budget: Budget, asks: int, seed: int) -> int:
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
def test_a_budget_of_tokens_is_never_passed_and_is_used(tokens: int, seed: int) -> None:
    budget = Budget(Limit(tokens=tokens), {}, Halt())
    answered = asyncio.run(spend(budget, 200, seed))
    assert 0 < budget.spent.tokens <= tokens
    assert answered < 200 and isinstance(budget.halt.reason, Stopped)
    assert budget.held.tokens == pytest.approx(0)


def test_a_budget_of_dollars_says_what_it_stopped_at() -> None:
    budget = Budget(Limit(usd=0.002), PRICES, Halt())
    asyncio.run(spend(budget, 100, 1))
    assert 0 < budget.spent.usd <= 0.002
    assert "of 0.002 USD" in str(budget.halt.reason)


def test_what_was_voided_was_paid_all_the_same(tmp_path: Path) -> None:
    ask, answer = {"teacher": "main"}, Completion("{}", "stop", 100, 10).record()
    journal = Journal(tmp_path)
    for digest in (b"\1" * 16, b"\2" * 16, b"\2" * 16):
        journal.add_answer(digest, answer, ask)
    journal.add_void(b"\1" * 16, "told to ask again")
    journal.close()
    for opened in (journal, again := Journal(tmp_path)):
        budget = Budget(Limit(tokens=1000), PRICES, Halt())
        budget.count(opened)
        assert budget.spent.tokens == 330
    assert len(again) == 1
    again.close()
    journal.close()


def test_an_answer_that_nobody_counted_takes_the_most_that_it_can_cost(tmp_path: Path) -> None:
    async def send(request: Request) -> Completion:
        return Completion("{}")

    asked, live = request(), Budget(Limit(tokens=10_000), PRICES, Halt())
    with pytest.raises(Stopped):
        for _ in range(1000):
            asyncio.run(live.send("main", asked, send))
    assert 0 < live.spent.tokens <= 10_000

    journal = Journal(tmp_path)
    journal.add_context("0" * 32, {"teacher": {}, "schema": {}})
    ask = {"teacher": "main", "context": "0" * 32, "messages": asked.messages, "max_tokens": asked.max_tokens}
    journal.add_answer(b"\1" * 16, {"text": "{}"}, ask)
    journal.add_answer(b"\2" * 16, {"text": "{}"}, {})
    later = Budget(Limit(tokens=10_000), PRICES, Halt())
    later.count(journal)
    journal.close()
    once = Budget(Limit(tokens=10_000), PRICES, Halt())
    asyncio.run(once.send("main", asked, send))
    assert later.spent.tokens == pytest.approx(once.spent.tokens, abs=10)


def test_without_a_limit_nothing_is_reserved() -> None:
    budget = Budget(Limit(), PRICES, Halt())
    assert asyncio.run(spend(budget, 50, 1)) == 50 and budget.halt.reason is None


def test_a_request_that_fails_gives_back_what_it_reserved() -> None:
    async def send(request: Request) -> Completion:
        raise ConnectionError

    budget = Budget(Limit(tokens=1000), {}, Halt())
    with pytest.raises(ConnectionError):
        asyncio.run(budget.send("main", request(), send))
    assert budget.held.tokens == pytest.approx(0) and budget.spent.tokens == 0


def test_dollars_need_prices() -> None:
    said = {"name": "a", "license": "mit", "source": "sample", "teachers": {"main": "embedded"}, "family": "values"}
    with pytest.raises(ValidationError, match="prices must say what main costs"):
        Recipe.model_validate({**said, "budget": {"usd": 1}})
