import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import pluriset
from pluriset.cli import main
from pluriset.schemas.errors import RecipeError
from pluriset.tests.servers.quirky_openai import CASES
from pluriset.tests.servers.scripted_openai import Body, Reply, ScriptedServer, answer, failure

Write = Callable[..., Path]
TEXT = '{"verdict": "zebra-417", "number": 3}'


def able(body: Body) -> Reply:
    reply = answer(TEXT)
    if body.get("n"):
        return failure(400, "n is not supported")
    if body.get("logprobs"):
        reply.body["choices"][0]["logprobs"] = {"content": [{"token": "{", "logprob": -0.1}]}
    return reply


def deaf(body: Body) -> Reply:
    return answer("The weather will be fine." if "response_format" in body else str(len(body)))


def found(recipe: Path, name: str | None = None) -> dict[tuple[str, str], str]:
    return {(one.teacher, one.what): one.found for one in pluriset.check_teacher(pluriset.recipe(recipe), name)}


def test_says_what_each_address_can_and_cannot_do(recipe: Write) -> None:
    with ScriptedServer(able) as good, ScriptedServer(deaf) as bad:
        good.pages["models"] = lambda: {"data": [{"id": "m", "max_model_len": 4096, "meta": "none"}]}
        bad.pages["models"] = lambda: {"data": [{"id": "other"}]}
        teacher = {"openai": {"model": "m", "revision": "1", "base_url": [good.url, bad.url]}}
        said = found(recipe(["Lying"], teachers={"main": teacher}))
        assert len(good.requests) == 5 and all(b["max_tokens"] <= 60 for b in good.requests)
    assert said["main[0]", "json schema"] == "honoured" and "not honoured" in said["main[1]", "json schema"]
    assert said["main[0]", "listed"] == "yes" and said["main[0]", "context"] == "4,096 tokens"
    assert said["main[1]", "listed"] == "no; it lists other" and said["main[1]", "context"] == "unknown"
    assert said["main[0]", "logprobs"] == "yes" and said["main[1]", "logprobs"] == "silently ignored"
    assert "HTTP 400: n is not supported" in said["main[0]", "n"] and said["main[1]", "n"] == "1 of 2 answers came"
    assert "the same" in said["main[0]", "seed"] and said["main[0]", "usage"] == "7 + 3 tokens"


def test_a_teacher_that_does_not_answer_ends_with_its_exit_code(recipe: Write) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = {"openai": {"model": "m", "base_url": f"http://127.0.0.1:{free.getsockname()[1]}/v1"}}
        path = recipe(["Lying"], {"match": "weather", "answer": TEXT}, teachers={"main": dead})
        done = CliRunner().invoke(main, ["check-teacher", str(path), "--json"])
    [row] = json.loads(done.stdout)
    assert done.exit_code == 3 and row["what"] == "answers" and row["found"].startswith("no: no answer")


def test_other_teachers_answer_what_they_know(recipe: Write) -> None:
    said = found(recipe(["Lying"], {"match": "weather", "answer": TEXT}), "main")
    assert said["main", "json schema"] == "honoured" and said["main", "usage"] == "not counted"
    with pytest.raises(RecipeError, match="no teacher of this name"):
        found(recipe(["Lying"]), "second")


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("max_completion_tokens", 'max_tokens_field: "max_completion_tokens"'),
        ("no seed", "send_seed: false"),
        ("strict schema", "strict: false"),
        ("stream only", "stream: true"),
        ("thinking eats the limit", "thinking_tokens: 4096"),
        ("no json_schema", 'answer_format: "json_object"'),
        ("tool calls only", 'answer_format: "tool"'),
        ("no system role", "system_role: false"),
    ],
)
def test_the_option_that_an_endpoint_needs_is_proposed(name: str, proposed: str, recipe: Write) -> None:
    [case] = [case for case in CASES if case.name == name]
    with ScriptedServer(lambda body: case.quirk(body, TEXT)) as server:
        teacher = {"openai": {"model": "m", "revision": "1", "base_url": server.url}}
        said = found(recipe(["Lying"], teachers={"main": teacher}))
    assert said["main", "set"] == proposed and said["main", "json schema"] == "honoured"


def test_two_options_are_proposed_together_and_a_wrong_key_gets_none(recipe: Write) -> None:
    def demanding(body: Body) -> Reply:
        if "max_tokens" in body:
            return failure(400, "use max_completion_tokens")
        return failure(400, "unknown field: seed") if "seed" in body else answer(TEXT)

    with ScriptedServer(demanding) as server, ScriptedServer(lambda _: failure(401, "who are you?")) as closed:
        teachers = {
            name: {"openai": {"model": "m", "revision": "1", "base_url": one.url}}
            for name, one in (("main", server), ("other", closed))
        }
        said = found(recipe(["Lying"], teachers=teachers, roles={"write": "main", "judge": "main"}))
        assert len(closed.requests) == 1
    assert said["main", "set"] == 'max_tokens_field: "max_completion_tokens", send_seed: false'
    assert said["other", "answers"].startswith("no: the endpoint refuses us")
