import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluriset.builders.dispatch.circuit_breaker import FIRST_PAUSES, FIRST_STREAK, PAUSES, STREAK, CircuitBreaker
from pluriset.builders.dispatch.concurrency import ConcurrencyLimit
from pluriset.builders.dispatch.endpoint import Endpoint
from pluriset.builders.dispatch.pacing import Pacer
from pluriset.builders.teachers.scripted import Scripted
from pluriset.schemas.request import Completion, Request


@pytest.mark.parametrize("most", [8, 64, 256])
def test_random_refusals_do_not_lower_the_limit(most: int) -> None:
    limit, draw = ConcurrencyLimit(most), random.Random(1)
    for _ in range(20_000):
        limit.on_overload(0.75, limit.current) if draw.random() < 0.06 else limit.on_success(saturated=True)
        assert limit.current > most / 2


@pytest.mark.parametrize(("most", "burst"), [(1, 6), (64, 17), (256, 51)])
def test_a_burst_of_refusals_lowers_the_limit(most: int, burst: int) -> None:
    limit = ConcurrencyLimit(most)
    assert [limit.on_overload(0.75, most) for _ in range(burst)] == [False] * (burst - 1) + [most > 1]
    assert limit.current == max(1, most * 0.75) and burst > 0.05 * most, "a twentieth of them may be refused at once"


def test_an_unused_limit_falls_from_the_requests_in_flight() -> None:
    limit = ConcurrencyLimit(64)
    assert [limit.on_overload(0.75, 2) for _ in range(6)] == [False] * 5 + [True] and limit.current == 1


def test_the_limit_rises_by_one_for_each_full_round_of_successes() -> None:
    limit = ConcurrencyLimit(64)
    while limit.current > 8:
        limit.on_overload(0.5, 64)
    for _ in range(8):
        limit.on_success(saturated=False)
    assert limit.current == 8, "an unused limit does not rise"
    for _ in range(9):
        limit.on_success(saturated=True)
    assert limit.current == 9


@given(st.lists(st.booleans(), max_size=500), st.integers(1, 300))
def test_the_limit_stays_in_its_bounds(results: list[bool], most: int) -> None:
    limit = ConcurrencyLimit(most)
    for refused in results:
        limit.on_overload(0.5, most) if refused else limit.on_success(saturated=True)
        assert 1 <= limit.current <= most


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 100)), min_size=1, max_size=50))
def test_a_rate_is_never_exceeded(asked: list[tuple[float, float]]) -> None:
    rate, now, starts = Pacer(60), 0.0, list[tuple[float, float]]()
    for later, amount in asked:
        now += later
        starts.append((now + rate.reserve(now, amount), amount))
    for (first, amount), (second, _) in pairwise(starts):
        assert second - first >= amount - 1e-6, "60 a minute are one a second"


def test_a_refund_can_be_reserved_again() -> None:
    rate = Pacer(60)
    rate.reserve(0, 10)
    rate.refund(7)
    assert rate.reserve(0) == 3 and Pacer(None).reserve(0, 10**9) == 0


@pytest.mark.parametrize("answered", [False, True])
def test_a_breaker_opens_after_a_streak_and_gives_up_at_last(answered: bool) -> None:
    found, pauses = CircuitBreaker(), list[float]()
    if answered:
        found.on_answer()
    streak = STREAK if answered else FIRST_STREAK
    assert not any(found.on_failure(0, 64) for _ in range(streak + 63)) and not found.open
    while found.on_failure(0, 64) and not found.given_up:
        pauses.append(found.paused_until)
    assert pauses == list(PAUSES if answered else FIRST_PAUSES)


def test_an_answer_closes_a_breaker() -> None:
    found = CircuitBreaker()
    assert [found.on_failure(5, 0) for _ in range(FIRST_STREAK)][-1] and found.open and found.paused_until > 5
    found.on_answer()
    assert not (found.open or found.paused_until or found.on_failure(5, 0)) and sum(PAUSES) > 180


@pytest.mark.parametrize("counted, waits", [(Completion("{}"), 60), (Completion("{}", "stop", 1, 1), 2)])
async def test_a_token_rate_holds_without_token_counts(counted: Completion, waits: float) -> None:
    class Limited(Scripted):
        def per_minute(self) -> tuple[float | None, float | None]:
            return None, 60

    endpoint, request = Endpoint(Limited(answer=lambda request: counted), clock=lambda: 0.0), Request((), {}, 60, 0)
    assert endpoint.reserve(request) == 0
    await endpoint.acquire().send(request)
    assert endpoint.reserve(request) == pytest.approx(waits)
