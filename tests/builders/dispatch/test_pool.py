import asyncio
import json
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

import pytest
from pluriset.builders.asking import engine as module
from pluriset.builders.asking.ask import Ask
from pluriset.builders.asking.engine import Engine
from pluriset.builders.asking.journal_reader import AskCounts, AskFailed
from pluriset.builders.asking.question import Answerer
from pluriset.builders.dispatch import circuit_breaker
from pluriset.builders.storage.journal import Journal
from pluriset.builders.teachers import Teacher
from pluriset.builders.teachers.openai import OpenAI
from pluriset.schemas.component import Transport
from pluriset.schemas.errors import BadCompletion, Stopped, TeacherBusy, TeacherError, TeacherUnavailable
from pluriset.schemas.request import Completion, Message, Prompt, Request
from pluriset.schemas.rows.shared import Annotator
from pluriset.tests.servers.simulated_openai import FAULTS, Behaviour, simulated, stats
from pydantic import BaseModel

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


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACKOFF", (0.01, 0.02, 0.04))
    monkeypatch.setattr(module, "ROOM", 0.01)


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


async def test_an_endpoint_that_loses_most_of_its_room_loses_no_ask(tmp_path: Path) -> None:
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
    assert failures(await asked(found, 500)) == [] and found.asks.failed == 0
    assert most == {False: 64, True: 4}
    assert found._pools["main"].endpoints[0].limit.now <= 8


async def test_the_least_loaded_address_is_asked_and_a_dead_one_is_left_alone(tmp_path: Path) -> None:
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
    assert any("connection refused" in said for said in found.says())


async def test_a_pause_is_waited_for_with_one_timer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(request: Request) -> str:
        await asyncio.sleep(0)
        return TEXT

    found = engine(tmp_path, Live(answer=answer, places=(answer, answer), concurrency=2))
    timers, loop = list[float](), asyncio.get_running_loop()
    call_later = loop.call_later

    def counted(delay: float, *work: Any) -> asyncio.TimerHandle:
        timers.append(delay)
        return call_later(delay, *work)

    monkeypatch.setattr(loop, "call_later", counted)
    found._pool(found.answerers["say"][0]).endpoints[0].breaker.until = time.monotonic() + 60
    found._pools["main"].endpoints[0].breaker.pauses = 1
    assert failures(await asked(found, 100)) == [] and len(timers) == 1


async def test_a_fatal_error_lets_what_is_in_flight_finish(tmp_path: Path) -> None:
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


async def test_a_halt_sends_nothing_new_and_wakes_who_waits(tmp_path: Path) -> None:
    async def answer(request: Request) -> str:
        if int(request.messages[0].content.removeprefix("Which, ")[:-1]) % 2:
            error = TeacherBusy("later")
            error.retry_after = 500
            raise error
        await asyncio.sleep(0.05)
        found.halt.set(Stopped("the budget is spent"))
        return TEXT

    found = engine(tmp_path, Live(answer=answer, concurrency=2))
    started = time.monotonic()
    results = await asked(found, 20)
    assert time.monotonic() - started < 5
    assert all(isinstance(error, Stopped) for error in failures(results)) and answers_on_disk(tmp_path) in (1, 2)


async def test_a_silent_endpoint_is_paused_and_then_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit_breaker, "FIRST_PAUSES", (0.02, 0.04))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        teacher = OpenAI(model="m", base_url=f"http://127.0.0.1:{free.getsockname()[1]}/v1")
        found = engine(tmp_path, teacher)
        results = await asked(found, 100)
    assert {type(error) for error in failures(results)} == {TeacherUnavailable} and len(failures(results)) == 100
    assert "2 pauses" in str(results[0]) and found.asks.failed == 0, "nothing is rejected: the next build asks again"


@pytest.mark.parametrize("asks", [1, 4, 100])
async def test_nobody_listens_is_said_after_few_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asks: int
) -> None:
    sent = Counter[str]()

    async def answer(request: Request) -> str:
        sent[request.messages[0].content] += 1
        raise TeacherBusy("connection refused")

    monkeypatch.setattr(circuit_breaker, "FIRST_PAUSES", (0.02, 0.04))
    errors = failures(await asked(engine(tmp_path, Live(answer=answer, concurrency=64)), asks))
    assert {type(error) for error in errors} == {TeacherUnavailable} and "connection refused" in str(errors[0])
    assert max(sent.values()) < 16, "each waits for ROOM between two tries"


async def test_requests_that_no_endpoint_takes_fail_alone(tmp_path: Path) -> None:
    async def answer(request: Request) -> str:
        if request.messages[0].content in ("Which, 3?", "Which, 5?"):
            raise BadCompletion("too long")
        return TEXT

    found = engine(tmp_path, Live(answer=answer))
    errors = failures(await asked(found, 40))
    assert [type(error) for error in errors] == [AskFailed] * 2 and found.halt.reason is None


async def test_a_declared_pace_is_kept(tmp_path: Path) -> None:
    sent = list[float]()

    async def answer(request: Request) -> str:
        sent.append(time.monotonic())
        return TEXT

    class Paced(Live):
        def per_minute(self) -> tuple[float | None, float | None]:
            return 3000, None

    assert failures(await asked(engine(tmp_path, Paced(answer=answer)), 20)) == []
    assert sent[-1] - sent[0] >= 19 * 0.02 - 0.01


async def test_an_ask_that_is_given_up_leaves_its_place_to_others(tmp_path: Path) -> None:
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


async def test_scattered_faults_lose_nothing_over_real_http(tmp_path: Path) -> None:
    with simulated(Behaviour(TEXT, latency=0.005, faults=FAULTS, bad_luck=2)) as url:
        teacher = OpenAI(model="m", base_url=url, concurrency=64, timeout=1)
        found = engine(tmp_path, teacher)
        assert failures(await asked(found, 400)) == []
        seen = stats(url)
    assert seen["hangs"] > 0 and seen["cut"] > 0 and seen["broken"] > 0 and seen["busy"] > 0
    assert seen["answered"] == 400 and found.asks == AskCounts(asked=400, paid=400)
    assert found._pools["main"].endpoints[0].limit.now > 8
