import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pluriset.builders.dispatch.circuit_breaker import FIRST_PAUSES, FIRST_STREAK, PAUSES, STREAK, Breaker
from pluriset.builders.dispatch.concurrency import Limit
from pluriset.builders.dispatch.endpoint import Endpoint
from pluriset.builders.dispatch.rate_limit import Pace
from pluriset.builders.teachers.scripted import Scripted
from pluriset.schemas.request import Completion, Request


@pytest.mark.parametrize("most", [8, 64, 256])
def test_refusals_at_random_do_not_lower_the_limit(most: int) -> None:
    limit, draw = Limit(most), random.Random(1)
    for _ in range(20_000):
        limit.refused(0.75, limit.now) if draw.random() < 0.06 else limit.held(full=True)
        assert limit.now > most / 2


@pytest.mark.parametrize(("most", "burst"), [(1, 6), (64, 17), (256, 51)])
def test_a_burst_of_refusals_is_believed(most: int, burst: int) -> None:
    limit = Limit(most)
    assert [limit.refused(0.75, most) for _ in range(burst)] == [False] * (burst - 1) + [most > 1]
    assert limit.now == max(1, most * 0.75) and burst > 0.05 * most, "a twentieth of what flies may be refused at once"


def test_a_limit_that_is_not_used_falls_from_what_flies() -> None:
    limit = Limit(64)
    assert [limit.refused(0.75, 2) for _ in range(6)] == [False] * 5 + [True] and limit.now == 1


def test_the_limit_rises_by_one_for_each_round_that_is_held() -> None:
    limit = Limit(64)
    while limit.now > 8:
        limit.refused(0.5, 64)
    for _ in range(8):
        limit.held(full=False)
    assert limit.now == 8, "who does not use what he has needs no more"
    for _ in range(9):
        limit.held(full=True)
    assert limit.now == 9


@given(st.lists(st.booleans(), max_size=500), st.integers(1, 300))
def test_the_limit_stays_in_its_bounds(results: list[bool], most: int) -> None:
    limit = Limit(most)
    for refused in results:
        limit.refused(0.5, most) if refused else limit.held(full=True)
        assert 1 <= limit.now <= most


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 100)), min_size=1, max_size=50))
def test_a_pace_is_never_exceeded(asked: list[tuple[float, float]]) -> None:
    pace, now, starts = Pace(60), 0.0, list[tuple[float, float]]()
    for later, amount in asked:
        now += later
        starts.append((now + pace.take(now, amount), amount))
    for (first, amount), (second, _) in pairwise(starts):
        assert second - first >= amount - 1e-6, "60 a minute are one a second"


def test_what_was_not_used_can_be_used_by_others() -> None:
    pace = Pace(60)
    pace.take(0, 10)
    pace.give_back(7)
    assert pace.take(0) == 3 and Pace(None).take(0, 10**9) == 0


@pytest.mark.parametrize("answered", [False, True])
def test_a_breaker_opens_after_a_streak_and_gives_up_at_last(answered: bool) -> None:
    found, pauses = Breaker(), list[float]()
    if answered:
        found.answered()
    streak = STREAK if answered else FIRST_STREAK
    assert not any(found.failed(0, 64) for _ in range(streak + 63)) and not found.open
    while found.failed(0, 64) and not found.lost:
        pauses.append(found.until)
    assert pauses == list(PAUSES if answered else FIRST_PAUSES)


def test_an_answer_closes_a_breaker() -> None:
    found = Breaker()
    assert [found.failed(5, 0) for _ in range(FIRST_STREAK)][-1] and found.open and found.until > 5
    found.answered()
    assert not (found.open or found.until or found.failed(5, 0)) and sum(PAUSES) > 180


@pytest.mark.parametrize("counted, waits", [(Completion("{}"), 60), (Completion("{}", "stop", 1, 1), 2)])
async def test_a_pace_of_tokens_holds_where_nobody_counts_them(counted: Completion, waits: float) -> None:
    class Paced(Scripted):
        def per_minute(self) -> tuple[float | None, float | None]:
            return None, 60

    endpoint, request = Endpoint(Paced(answer=lambda request: counted)), Request((), {}, 60, 0)
    assert endpoint.book(request) == 0
    await endpoint.take().send(request)
    assert endpoint.book(request) == pytest.approx(waits, abs=1)
