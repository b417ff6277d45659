import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

import pytest
from pydantic import BaseModel

from pluriset.builders.asking.ask import Ask
from pluriset.builders.asking.engine import BACKOFF, Engine, Postponed
from pluriset.builders.asking.journal_reader import AskFailed, RequestCounts
from pluriset.builders.asking.question import Answerer
from pluriset.builders.dispatch.circuit_breaker import FIRST_PAUSES
from pluriset.builders.storage.journal import Journal
from pluriset.builders.teachers import Teacher
from pluriset.schemas.component import Transport
from pluriset.schemas.errors import (
    BadCompletion,
    Stopped,
    TeacherBusy,
    TeacherError,
    TeacherTimeout,
    TeacherUnavailable,
)
from pluriset.schemas.request import Completion, Message, Prompt, Request
from pluriset.schemas.rows.shared import Annotator
from pluriset.tests.virtual_time import virtual_time

Answer = Callable[[Request], Awaitable[str]]
TEXT = '{"colour": "red"}'


class Colour(BaseModel):
    colour: str


class Live(Teacher):
    """A teacher whose answer takes time."""

    answer: Annotated[Answer, Transport()]
    places: Annotated[tuple[Answer, ...], Transport()] = ()

    async def complete(self, request: Request) -> Completion:
        return Completion(await self.answer(request))

    def endpoints(self) -> Sequence[Self]:
        return [self.model_copy(update={"answer": place}) for place in self.places] or [self]

    def model_name(self) -> str:
        return "live"


def engine(folder: Path, teacher: Teacher) -> Engine:
    who = Answerer(Annotator(annotator_id="main", kind="model"), "main", teacher)
    return Engine(Journal(folder), {"say": [who]})


async def asked(found: Engine, count: int) -> list[Any]:
    async def one(number: int) -> Any:
        prompt = Prompt((Message("user", f"Which, {number}?"),), 20)
        return (await Ask(found, str(number))(prompt, Colour, "say")).value

    results = await asyncio.gather(*(one(number) for number in range(count)), return_exceptions=True)
    await found.close()
    return results


def failures(results: list[Any]) -> list[Any]:
    return [result for result in results if not isinstance(result, Colour)]


def answers_on_disk(folder: Path) -> int:
    lines = [json.loads(line) for path in folder.iterdir() for line in path.read_text().splitlines()]
    return sum("answer" in line for line in lines)


@virtual_time
async def test_an_endpoint_that_loses_capacity_loses_no_request(tmp_path: Path) -> None:
    room, now, most, done = 64, 0, Counter[bool](), 0

    async def answer(request: Request) -> str:
        nonlocal now, done, room
        if now >= room:
            raise TeacherBusy("full")
        now += 1
        most[done > 300] = max(most[done > 300], now)
        await asyncio.sleep(0.01)
        now, done = now - 1, done + 1
        room = 4 if done > 200 else 64
        return TEXT

    found = engine(tmp_path, Live(answer=answer, concurrency=64))
    assert failures(await asked(found, 500)) == [] and found.requests.failed == 0
    assert most == {False: 64, True: 4}
    assert found._pools["main"].endpoints[0].concurrency.current <= 8


@virtual_time
async def test_the_least_used_address_is_preferred_and_a_dead_one_paused(tmp_path: Path) -> None:
    sent = Counter[str]()

    def place(name: str, seconds: float) -> Answer:
        async def answer(request: Request) -> str:
            sent[name] += 1
            if not seconds:
                raise TeacherBusy("connection refused")
            await asyncio.sleep(seconds)
            return TEXT

        return answer

    places = (place("slow", 0.04), place("fast", 0.01), place("dead", 0))
    found = engine(tmp_path, Live(answer=places[0], places=places, concurrency=8))
    assert failures(await asked(found, 300)) == []
    assert sent["fast"] > 2 * sent["slow"] > 20 and sent["dead"] < 60, sent
    assert any("connection refused" in message for message in found.status_messages())


@virtual_time
async def test_a_pause_sets_one_timer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(request: Request) -> str:
        await asyncio.sleep(0)
        return TEXT

    found = engine(tmp_path, Live(answer=answer, places=(answer, answer), concurrency=2))
    timers, loop = list[float](), asyncio.get_running_loop()
    call_at = loop.call_at

    def counted(when: float, *work: Any) -> asyncio.TimerHandle:
        timers.append(when)
        return call_at(when, *work)

    monkeypatch.setattr(loop, "call_at", counted)
    breaker = found._pool(found.answerers["say"][0]).endpoints[0].breaker
    breaker.paused_until, breaker.pauses = loop.time() + 60, 1
    assert failures(await asked(found, 100)) == [] and len(timers) == 1


@virtual_time
async def test_a_fatal_error_lets_requests_in_flight_finish(tmp_path: Path) -> None:
    sent = 0

    async def answer(request: Request) -> str:
        nonlocal sent
        sent += 1
        if sent == 4:
            raise TeacherError("wrong key")
        await asyncio.sleep(0.05)
        return TEXT

    results = await asked(engine(tmp_path, Live(answer=answer, concurrency=4)), 50)
    assert sent == 4 and answers_on_disk(tmp_path) == 3 and len(failures(results)) == 47
    assert all("wrong key" in str(error) for error in failures(results))


@virtual_time
async def test_stopping_sends_nothing_new_and_ends_every_wait(tmp_path: Path) -> None:
    async def answer(request: Request) -> str:
        if int(request.messages[0].content.removeprefix("Which, ")[:-1]) % 2:
            error = TeacherBusy("later")
            error.retry_after = 500
            raise error
        await asyncio.sleep(0.05)
        found.stop.set(Stopped("the budget is spent"))
        return TEXT

    found = engine(tmp_path, Live(answer=answer, concurrency=2))
    results = await asked(found, 20)
    assert asyncio.get_running_loop().time() < 5
    assert all(isinstance(error, Stopped) for error in failures(results)) and answers_on_disk(tmp_path) in (1, 2)


@virtual_time
async def test_a_silent_endpoint_is_paused_and_then_given_up(tmp_path: Path) -> None:
    async def answer(request: Request) -> str:
        raise TeacherUnavailable("connection reset")

    found = engine(tmp_path, Live(answer=answer))
    results = await asked(found, 100)
    assert {type(error) for error in failures(results)} == {TeacherUnavailable} and len(failures(results)) == 100
    assert f"{len(FIRST_PAUSES)} pauses" in str(results[-1])
    assert asyncio.get_running_loop().time() >= sum(FIRST_PAUSES)


@pytest.mark.parametrize("asks", [1, 4, 100])
@virtual_time
async def test_an_unreachable_endpoint_stops_the_run_after_few_requests(tmp_path: Path, asks: int) -> None:
    sent = Counter[str]()

    async def answer(request: Request) -> str:
        sent[request.messages[0].content] += 1
        raise TeacherBusy("connection refused")

    errors = failures(await asked(engine(tmp_path, Live(answer=answer, concurrency=64)), asks))
    assert {type(error) for error in errors} == {TeacherUnavailable} and "connection refused" in str(errors[0])
    assert max(sent.values()) < 16, "each waits between two tries"


@virtual_time
async def test_a_rejected_request_fails_alone(tmp_path: Path) -> None:
    async def answer(request: Request) -> str:
        if request.messages[0].content in ("Which, 3?", "Which, 5?"):
            raise BadCompletion("too long")
        return TEXT

    found = engine(tmp_path, Live(answer=answer))
    errors = failures(await asked(found, 40))
    assert [type(error) for error in errors] == [AskFailed] * 2 and found.stop.reason is None


@virtual_time
async def test_a_declared_rate_is_kept(tmp_path: Path) -> None:
    sent = list[float]()

    async def answer(request: Request) -> str:
        sent.append(asyncio.get_running_loop().time())
        return TEXT

    class Paced(Live):
        def per_minute(self) -> tuple[float | None, float | None]:
            return 3000, None

    assert failures(await asked(engine(tmp_path, Paced(answer=answer)), 20)) == []
    assert sent[-1] - sent[0] == pytest.approx(19 * 0.02)


@virtual_time
async def test_a_cancelled_request_frees_its_slot(tmp_path: Path) -> None:
    async def answer(request: Request) -> str:
        await asyncio.sleep(0.01)
        return TEXT

    found = engine(tmp_path, Live(answer=answer, concurrency=1))
    asking = [asyncio.create_task(Ask(found, str(i))(Prompt((Message("user", str(i)),)), Colour, "say")) for i in "abc"]
    await asyncio.sleep(0)
    for task in asking:
        task.cancel()
    await asyncio.wait(asking)
    assert found.in_flight == 0 and failures(await asked(found, 3)) == []


@virtual_time
async def test_scattered_faults_lose_nothing(tmp_path: Path) -> None:
    draw, seen, lost = random.Random(0), Counter[str](), Counter[tuple[Message, ...]]()

    async def answer(request: Request) -> str:
        fault = draw.choices(["answered", "late", "cut", "busy"], [80, 5, 10, 5])[0]
        if lost[request.messages] == len(BACKOFF):  # a request that is unlucky more often is given up, as it should be
            fault = "answered"
        seen[fault] += 1
        lost[request.messages] += fault in ("late", "cut")
        if fault == "late":
            await asyncio.sleep(60)
            raise TeacherTimeout("no answer in time")
        await asyncio.sleep(draw.uniform(0.1, 2))
        if fault != "answered":
            raise TeacherUnavailable("connection reset") if fault == "cut" else TeacherBusy("overloaded")
        return TEXT

    found = engine(tmp_path, Live(answer=answer, concurrency=64))
    assert failures(await asked(found, 1000)) == []
    assert min(seen.values()) > 20
    assert found.requests == RequestCounts(total=1000, sent=1000)
    assert found._pools["main"].endpoints[0].concurrency.current > 8


@virtual_time
async def test_a_postponed_request_is_pending_and_not_failed(tmp_path: Path) -> None:
    async def answer(request: Request) -> str:
        raise AssertionError("nothing is sent")

    found = engine(tmp_path, Live(answer=answer))
    found.postpone, found.postpone_models = lambda question: Postponed(), True
    assert all(isinstance(result, Postponed) for result in await asked(found, 3))
    assert found.requests == RequestCounts(total=3, pending=3)
