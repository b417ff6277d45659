"""What every teacher does. A new one joins with a file of its own name in `cases`."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from pydantic_core import from_json, to_json

from pluriset.builders.teachers import Teacher
from pluriset.schemas.component import IfSet, Transport, names
from pluriset.schemas.errors import BadCompletion
from pluriset.schemas.request import Completion, Message
from pluriset.tests.builders.teachers.verdict import Verdict, ask

CASES = f"{Verdict.__module__.rpartition('.')[0]}.cases"


def cases() -> Iterator[Any]:
    for name in names("pluriset.builders.teachers"):
        known = find_spec(f"{CASES}.{name}")
        yield from import_module(f"{CASES}.{name}").CASES if known else [pytest.param(None, id=name)]


@pytest.fixture(params=cases())
async def teacher(request: pytest.FixtureRequest) -> AsyncIterator[Teacher]:
    if request.param is None:
        pytest.fail("this teacher is not tested: add a file of its name to tests/builders/teachers/cases")
    with request.param(request) as teacher:
        yield teacher
        await teacher.close()


def assert_verdict(completion: Completion) -> None:
    assert completion.finish == "stop"
    Verdict.model_validate_json(completion.text)
    assert completion.input_tokens >= 0 and completion.output_tokens >= 0


async def test_answers_under_the_schema(teacher: Teacher) -> None:
    assert_verdict(await teacher.complete(ask()))


@pytest.mark.parametrize(
    "text",
    [
        "Ist Lügen erlaubt? 🤷🏽‍♀️",
        "هل الكذب جائز؟",
        "거짓말은 괜찮습니까?",
        'He said "no\\" {}\n\t\u2028 </s> <|im_end|>',
        "\x00",
    ],
)
async def test_takes_any_text(teacher: Teacher, text: str) -> None:
    assert_verdict(await teacher.complete(ask(text)))


async def test_goes_on_with_a_conversation(teacher: Teacher) -> None:
    example = Message("assistant", '{"stance": "opposes", "reason": "It hurts."}')
    assert_verdict(await teacher.complete(ask("Is theft fine?", example, "Is lying fine?")))


async def test_is_told_whom_it_speaks_for(teacher: Teacher) -> None:
    persona = Message("system", "Answer as a nurse of 60 from Lagos would.")
    assert_verdict(await teacher.complete(ask(persona, "Is lying to a patient fine?")))


async def test_answers_many_at_once(teacher: Teacher) -> None:
    asked = [ask(f"Is it fine to be {i} minutes late?", seed=i) for i in range(16)]
    for completion in await asyncio.gather(*map(teacher.complete, asked)):
        assert_verdict(completion)


async def test_refuses_what_is_too_long_and_goes_on(teacher: Teacher) -> None:
    with pytest.raises(BadCompletion):
        await teacher.complete(ask("is this too long? " * 2000))
    assert_verdict(await teacher.complete(ask()))


async def test_says_that_an_answer_was_cut_off(teacher: Teacher) -> None:
    assert (await teacher.complete(ask(max_tokens=1))).finish == "length"


@pytest.mark.parametrize("seed", [0, 2**31 - 1])
async def test_takes_seeds(teacher: Teacher, seed: int) -> None:
    assert_verdict(await teacher.complete(ask(seed=seed)))


async def test_whom_it_is_does_not_change_and_is_json(teacher: Teacher) -> None:
    before = teacher.identity()
    await teacher.complete(ask())
    assert teacher.identity() == before == from_json(to_json(before))
    assert before["teacher"] == teacher.component_name() and before["model"] == teacher.model_name()


async def test_whom_it_is_does_not_depend_on_how_it_is_reached(teacher: Teacher) -> None:
    fields = type(teacher).model_fields
    transport = {name for name in fields if any(isinstance(mark, Transport) for mark in fields[name].metadata)}
    assert "concurrency" in transport
    later = {name for name in fields if any(isinstance(mark, IfSet) for mark in fields[name].metadata)}
    assert teacher.identity()["options"].keys() == fields.keys() - transport - later, "options came later, digests stay"


async def test_survives_an_ask_that_is_cancelled(teacher: Teacher) -> None:
    asking = asyncio.create_task(teacher.complete(ask()))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    assert_verdict(await teacher.complete(ask()))


async def test_closes_as_often_as_it_is_told_to(teacher: Teacher) -> None:
    await teacher.close()
    await teacher.complete(ask())
    await teacher.close()
    await teacher.close()
