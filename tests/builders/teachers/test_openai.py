import asyncio
import gc
import json
import socket
import traceback
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from pluriset.builders.teachers.openai import OpenAI
from pluriset.schemas.component import load
from pluriset.schemas.errors import (
    BadCompletion,
    RecipeError,
    TeacherBusy,
    TeacherError,
    TeacherTimeout,
    TeacherUnavailable,
)
from pluriset.schemas.request import Completion, Message
from pluriset.tests.builders.teachers.verdict import Verdict, ask
from pluriset.tests.servers.scripted_openai import CUT, DROPPED, HANG, Reply, ScriptedServer, answer, failure

KEY = "sk-very-secret-0123456789"
TEACHERS = "pluriset.builders.teachers"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
async def teacher(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OpenAI]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    teacher = OpenAI(model="small", base_url=server.url, api_key_env="OPENAI_API_KEY", timeout=5)
    yield teacher
    await teacher.close()


async def test_sends_what_it_is_told(server: ScriptedServer) -> None:
    options = {"temperature": 0.5, "top_p": 0.9, "strict": False, "extra_body": {"reasoning_effort": "low"}}
    teacher = OpenAI.model_validate({"model": "small", "base_url": server.url, **options})
    await teacher.complete(ask(Message("system", "Be brief."), "Lügen?", max_tokens=9, seed=3))
    await teacher.close()
    schema = {"name": "Verdict", "schema": Verdict.model_json_schema(), "strict": False}
    assert server.requests == [
        {
            "model": "small",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Lügen?"}],
            "response_format": {"type": "json_schema", "json_schema": schema},
            "max_tokens": 9,
            "seed": 3,
            "temperature": 0.5,
            "top_p": 0.9,
            "reasoning_effort": "low",
        }
    ]


async def test_an_answer_can_be_the_call_of_a_tool(server: ScriptedServer) -> None:
    call = {"type": "function", "function": {"name": "Verdict", "arguments": '{"verdict": "no"}'}}
    server.script += [answer("I will answer.", tool_calls=[call]), answer(None, "tool_calls", tool_calls=[call])]
    teacher = OpenAI(model="small", base_url=server.url, answer_format="tool")
    chatty, plain = await teacher.complete(ask()), await teacher.complete(ask())
    await teacher.close()
    function = {"name": "Verdict", "description": "Gives the answer.", "parameters": Verdict.model_json_schema()}
    assert server.requests[0]["tools"] == [{"type": "function", "function": {**function, "strict": True}}]
    assert server.requests[0]["tool_choice"] == {"type": "function", "function": {"name": "Verdict"}}
    assert "response_format" not in server.requests[0]
    assert chatty.text == plain.text == '{"verdict": "no"}'
    assert chatty.message and chatty.message["content"] == "I will answer.", "the journal keeps the message"


async def test_a_template_without_system_messages_gets_their_text_from_the_user(server: ScriptedServer) -> None:
    teacher = OpenAI(model="gemma", base_url=server.url, system_role=False)
    messages = teacher.conversation(
        (Message("system", "Be brief."), Message("user", "Why?"), Message("assistant", "?"))
    )
    assert messages == (Message("user", "Be brief.\n\nWhy?"), Message("assistant", "?"))
    assert teacher.identity()["options"]["system_role"] is False
    assert "system_role" not in OpenAI(model="gemma").identity()["options"]


async def test_leaves_the_sampling_to_the_endpoint(teacher: OpenAI, server: ScriptedServer) -> None:
    await teacher.complete(ask())
    assert server.requests[0].keys() == {"model", "messages", "response_format", "max_tokens", "seed"}
    assert server.requests[0]["response_format"]["json_schema"]["strict"] is True


async def test_sends_the_key_of_the_variable_it_is_given(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_KEY", KEY + "\n")
    teacher = OpenAI(model="small", base_url=server.url, api_key_env="OTHER_KEY")
    await teacher.complete(ask())
    await teacher.close()
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"


async def test_sends_nobody_else_the_key_of_openai(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    teacher = OpenAI(model="small", base_url=server.url)
    await teacher.complete(ask())
    await teacher.close()
    assert len(server.requests) == 1 and KEY not in str(server.headers)


@pytest.mark.parametrize(
    ("key", "said"), [(None, "no API key"), ("sk-schlüssel", "no API key"), ("a\nb", "no API key")]
)
async def test_says_which_variable_must_hold_the_key(
    monkeypatch: pytest.MonkeyPatch, key: str | None, said: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key) if key else monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(TeacherError, match=said) as caught:
        await OpenAI(model="gpt").complete(ask())
    assert "OPENAI_API_KEY" in str(caught.value) and (key is None or key not in str(caught.value))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            {
                "content": [
                    {"token": "{", "logprob": -0.1, "bytes": [123], "top_logprobs": [{"token": "[", "logprob": -3}]}
                ]
            },
            [[("{", -0.1), ("[", -3.0)]],
        ),
        ({"tokens": ["{"], "token_logprobs": [-0.1]}, None),
        ({"content": [{"token": 1}]}, None),
    ],
)
async def test_keeps_the_probabilities_that_it_can_read(
    server: ScriptedServer, said: dict[str, Any], kept: list[Any] | None
) -> None:
    one = OpenAI(model="small", base_url=server.url, extra_body={"logprobs": True, "top_logprobs": 1})
    server.script.append(Reply({"choices": [{"message": {"content": "{"}, "logprobs": said}]}))
    assert (await one.complete(ask())).logprobs == kept
    assert server.requests[-1]["top_logprobs"] == 1
    await one.close()


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (answer('{"a": 1}'), Completion('{"a": 1}', "stop", 7, 3, "scripted-1")),
        (answer('{"a', "length"), Completion('{"a', "length", 7, 3, "scripted-1")),
        (answer("No.", "content_filter"), Completion("No.", "refusal", 7, 3, "scripted-1")),
        (answer(None, refusal="I cannot."), Completion("I cannot.", "refusal", 7, 3, "scripted-1")),
        (answer(None), Completion("", "stop", 7, 3, "scripted-1")),
        (
            answer(None, "length", reasoning_content="Hmm"),
            Completion("", "length", 7, 3, "scripted-1", reasoning="Hmm"),
        ),
        (Reply('{"choices": [{"message": {"content": "\\ud800x"}}]}'), Completion("\ufffdx", model="small")),
        (answer("", "something_new", refusal=""), Completion("", "stop", 7, 3, "scripted-1")),
        (Reply({"choices": [{"message": None}], "usage": None}), Completion("", model="small")),
        (Reply({"choices": [{"message": {"content": "x"}}], "usage": {}}), Completion("x", model="small")),
        (Reply({"choices": [{"message": {"content": "x"}}], "usage": "free"}), Completion("x", model="small")),
        (
            Reply({"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": -3}}),
            Completion("x", model="small"),
        ),
    ],
)
async def test_reads_every_answer(teacher: OpenAI, server: ScriptedServer, reply: Reply, expected: Completion) -> None:
    server.script.append(reply)
    assert await teacher.complete(ask()) == expected


async def test_says_why_if_a_filter_leaves_no_text(teacher: OpenAI, server: ScriptedServer) -> None:
    server.script.append(answer(None, "content_filter"))
    completion = await teacher.complete(ask())
    assert completion.finish == "refusal" and "content filter" in completion.text


async def test_reads_ten_thousand_repetitions(teacher: OpenAI, server: ScriptedServer) -> None:
    server.script.append(answer("na " * 10_000, "length"))
    assert len((await teacher.complete(ask())).text) == 30_000


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (failure(429, "slow down", Retry_After="7"), TeacherBusy, "HTTP 429, Retry-After 7: slow down"),
        (failure(500), TeacherUnavailable, "HTTP 500: no"),
        (failure(503, "loading the model"), TeacherBusy, "loading the model"),
        (failure(408), TeacherUnavailable, "HTTP 408"),
        (failure(529, "overloaded"), TeacherBusy, "overloaded"),
        (failure(400, "maximum context length is 2048"), BadCompletion, "maximum context length"),
        (failure(413), BadCompletion, "HTTP 413"),
        (Reply({"detail": "bad schema"}, 422), BadCompletion, "HTTP 422: bad schema"),
        (failure(401, "who are you?"), TeacherError, "OPENAI_API_KEY"),
        (failure(403), TeacherError, "OPENAI_API_KEY"),
        (failure(404, "no such model"), TeacherError, "base_url"),
        (failure(402, "pay first"), TeacherError, "pay first"),
        (Reply({"error": {"message": "pay", "code": "insufficient_quota"}}, 429), TeacherError, "HTTP 429: pay"),
        (Reply("", 307, {"Location": "http://127.0.0.1:1/v1"}), TeacherError, "base_url"),
        (Reply("<html>Bad gateway</html>", 502), TeacherUnavailable, "Bad gateway"),
        (Reply('{"choices": [{"mess'), TeacherUnavailable, "no chat completion"),
        (Reply(""), TeacherUnavailable, "no chat completion"),
        (Reply("<html>Sign in</html>"), TeacherUnavailable, "Sign in"),
        (Reply([1, 2]), TeacherUnavailable, "no chat completion"),
        (Reply({}), TeacherUnavailable, "no chat completion"),
        (Reply({"choices": []}), TeacherUnavailable, "no chat completion"),
        (Reply({"choices": [{"message": {"content": [1]}}]}), TeacherUnavailable, "no chat completion"),
        (Reply({"choices": [{"finish_reason": "error", "message": {"content": "{"}}]}), TeacherUnavailable, "no chat"),
        (Reply({"choices": [{"error": {"message": "upstream died"}}]}), TeacherUnavailable, "upstream died"),
        (Reply({"error": {"message": "slow down", "code": 429}}), TeacherBusy, "slow down"),
        (Reply({"error": {"message": "who are you?", "code": 401}}), TeacherError, "HTTP 200 with error 401: who are"),
        (Reply({"error": {"message": "too long", "code": "400"}}), BadCompletion, "too long"),
        (Reply({"error": {"message": "gone", "type": "not_found_error"}}), TeacherError, "base_url"),
        (Reply({"choices": [{"error": {"message": "wait", "code": 429}}]}), TeacherBusy, "wait"),
        (failure(429, "a user asked what insufficient_quota means"), TeacherBusy, "no room"),
        (failure(403, "Your request was flagged by moderation"), BadCompletion, "flagged"),
        (Reply({"error": {"message": "no"}, "model": "safety-1"}, 403), TeacherError, "OPENAI_API_KEY"),
        (failure(410, "model retired"), TeacherError, "still offer"),
        (Reply("<html><head><title>502 Bad Gateway</title></head></html>", 502), TeacherUnavailable, "502: 502 Bad"),
        (Reply({"error": {"message": "upstream failed", "code": 502}}), TeacherUnavailable, "upstream failed"),
        (Reply("not gzip", headers={"Content-Encoding": "gzip"}), TeacherUnavailable, "no answer"),
        (CUT, TeacherUnavailable, "no answer"),
        (DROPPED, TeacherUnavailable, "no answer"),
    ],
)
async def test_maps_every_failure(
    teacher: OpenAI, server: ScriptedServer, reply: Reply, kind: type[TeacherError], said: str
) -> None:
    server.script.append(reply)
    with pytest.raises(TeacherError) as caught:
        await teacher.complete(ask())
    assert type(caught.value) is kind and said in str(caught.value)
    assert (await teacher.complete(ask())).text == "{}", "the next ask is not harmed"


async def test_gives_up_after_the_timeout(server: ScriptedServer) -> None:
    server.script.append(HANG)
    teacher = OpenAI(model="small", base_url=server.url, timeout=1)
    with pytest.raises(TeacherTimeout, match="no answer in time"):
        await teacher.complete(ask())
    assert (await teacher.complete(ask())).text == "{}"
    await teacher.close()


async def test_says_that_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        teacher = OpenAI(model="small", base_url=f"http://127.0.0.1:{free.getsockname()[1]}/v1")
        with pytest.raises(TeacherBusy, match="no answer") as caught:
            await teacher.complete(ask())
        assert "127.0.0.1" in str(caught.value.got)
        await teacher.close()


async def test_refuses_a_prompt_that_is_not_unicode(teacher: OpenAI) -> None:
    with pytest.raises(BadCompletion, match="Unicode"):
        await teacher.complete(ask("\ud800"))


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        ("0.5", 0.5, 0.5),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
    ],
)
async def test_hears_when_to_come_back(
    teacher: OpenAI, server: ScriptedServer, header: str, least: float, most: float
) -> None:
    server.script.append(failure(429, Retry_After=header))
    with pytest.raises(TeacherBusy) as caught:
        await teacher.complete(ask())
    assert caught.value.retry_after is not None and least <= caught.value.retry_after <= most


async def test_waits_until_the_date_of_the_header(teacher: OpenAI, server: ScriptedServer) -> None:
    sent = datetime.now(UTC)
    server.script.append(failure(429, Retry_After=format_datetime(sent + timedelta(hours=1), usegmt=True)))
    with pytest.raises(TeacherBusy) as caught:
        await teacher.complete(ask())
    passed = (datetime.now(UTC) - sent).total_seconds()
    assert caught.value.retry_after is not None and 3599 - passed <= caught.value.retry_after <= 3600


@pytest.mark.parametrize("header", ["soon", "-1", "nan", "1e9", "", "9" * 30])
async def test_does_not_wait_for_a_moment_that_is_none(teacher: OpenAI, server: ScriptedServer, header: str) -> None:
    server.script.append(failure(503, Retry_After=header))
    with pytest.raises(TeacherBusy) as caught:
        await teacher.complete(ask())
    assert caught.value.retry_after is None


async def test_waits_for_no_connection(server: ScriptedServer) -> None:
    teacher = OpenAI(model="small", base_url=server.url, concurrency=1)
    await asyncio.gather(*(teacher.complete(ask(seed=i)) for i in range(12)))
    await teacher.close()
    assert server.most_at_once > 3, "the engine counts requests in flight, and a deadline counts from sending"


async def test_each_address_is_an_endpoint_of_the_same_teacher() -> None:
    urls = ["http://localhost:1/v1", "http://localhost:2/v1"]
    teacher = OpenAI(model="small", base_url=urls, revision="1", requests_per_minute=60)
    assert [one.base_url for one in teacher.endpoints()] == urls
    assert [one.per_minute() for one in teacher.endpoints()] == [(60, None)] * 2
    assert all(one.identity() == teacher.identity() for one in teacher.endpoints())


async def test_leaves_nothing_open_when_it_is_cancelled(teacher: OpenAI, server: ScriptedServer) -> None:
    server.script.append(HANG)
    asking = asyncio.create_task(teacher.complete(ask()))
    while not server.requests:
        await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await teacher.close()
    gc.collect()  # an unclosed connection warns here, and a warning fails the test


@pytest.mark.parametrize("reply", [failure(401, f"Incorrect key {KEY}"), failure(500, KEY), Reply(f"{KEY}")])
async def test_never_shows_the_key(teacher: OpenAI, server: ScriptedServer, reply: Reply) -> None:
    server.script.append(reply)
    with pytest.raises(TeacherError) as caught:
        await teacher.complete(ask())
    error = caught.value
    shown = [str(error), json.dumps(error.as_json()), "".join(traceback.format_exception(error))]
    assert "[key]" in shown[0]
    await teacher.complete(ask())
    shown += [
        repr(teacher),
        str(teacher),
        json.dumps(teacher.identity()),
        teacher.model_dump_json(),
        str(vars(teacher)),
    ]
    assert not [text for text in shown if KEY in text]


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({}, "teachers.main.openai.model"),
        ({"base_url": "localhost:8000"}, "teachers.main.openai.base_url"),
        ({"base_url": "http://user:pass@localhost/v1"}, "teachers.main.openai.base_url"),
        ({"base_url": "http://localhost/v1?key=1"}, "teachers.main.openai.base_url"),
        ({"base_url": "http://:secret@localhost/v1"}, "teachers.main.openai.base_url"),
        ({"base_url": "http://localhost:99999/v1"}, "teachers.main.openai.base_url"),
        ({"base_url": "http://a..b/v1"}, "teachers.main.openai.base_url"),
        ({"base_url": ["http://localhost/v1", "file:///etc/passwd"]}, "teachers.main.openai.base_url"),
        ({"base_url": []}, "teachers.main.openai.base_url"),
        ({"requests_per_minute": 0}, "teachers.main.openai.requests_per_minute"),
        ({"extra_body": {"stream": True}}, "teachers.main.openai.extra_body"),
        ({"extra_body": {"seed": 1}}, "teachers.main.openai.extra_body"),
        ({"timeout": 0}, "teachers.main.openai.timeout"),
    ],
)
def test_refuses_wrong_options(options: dict[str, Any], where: str) -> None:
    spec = {"openai": {**({"model": "m"} if options else {}), **options}}
    with pytest.raises(RecipeError) as caught:
        load(TEACHERS, spec, "recipe.yaml", "teachers.main")
    assert caught.value.where == f"recipe.yaml: {where}"


def test_says_whom_it_cannot_tell_apart() -> None:
    elsewhere = {"model": "m", "base_url": "http://localhost:8000/v1"}
    assert "revision" in (load(TEACHERS, {"openai": elsewhere}).notice() or "")
    assert load(TEACHERS, {"openai": {**elsewhere, "revision": "abc"}}).notice() is None
    assert OpenAI(model="m").notice() is None


def test_a_declared_revision_makes_another_teacher() -> None:
    one, other = OpenAI(model="m", revision="1"), OpenAI(model="m", revision="2")
    assert one.identity()["revision"] == "1" and one.identity() != other.identity()
    assert one.identity() == OpenAI(model="m", revision="1", base_url="http://localhost/v1", timeout=1).identity()
    assert one.identity() != OpenAI(model="m", revision="1", extra_body={"top_k": 1}).identity()


def test_the_environment_of_openai_names_the_address_and_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:8000/v1/")
    unset, declared = OpenAI(model="m"), OpenAI(model="m", base_url="http://elsewhere/v1")
    assert (unset._address.url, unset._address.key_env) == ("http://localhost:8000/v1", "OPENAI_API_KEY")
    assert (declared._address.url, declared._address.key_env) == ("http://elsewhere/v1", "")
    assert unset.identity() == declared.identity()


def test_azure_has_its_own_key_and_bound_of_an_answer() -> None:
    azure = OpenAI(model="m", base_url="https://name.openai.azure.com/openai/v1")
    assert (azure._address.key_env, azure._limit_field) == ("AZURE_OPENAI_API_KEY", "max_completion_tokens")
