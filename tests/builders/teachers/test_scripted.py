import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, TypeAdapter

from pluriset.builders.teachers.scripted import Scripted
from pluriset.schemas.component import load
from pluriset.schemas.errors import DataError, RecipeError, TeacherError, TeacherUnavailable
from pluriset.schemas.request import RE_ASK, Completion, Message, Request
from pluriset.tests.builders.teachers.verdict import ask

Write = Callable[..., Scripted]


@pytest.fixture
def script(tmp_path: Path) -> Write:
    """A teacher that answers by these lines."""

    def write(*lines: dict[str, Any] | str) -> Scripted:
        path = tmp_path / "answers.jsonl"
        path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
        return Scripted(path=path)

    return write


async def test_the_first_line_that_matches_answers(script: Write) -> None:
    teacher = script({"match": "lying", "answer": 1}, {"match": "friend", "answer": 2}, "", {"answer": 3})
    texts = [(await teacher.complete(ask(text))).text for text in ("A friend, lying", "A friend", "Nobody")]
    assert texts == ["1", "2", "3"]


async def test_strings_are_given_as_they_stand(script: Write) -> None:
    teacher = script({"answer": '{"broken": ', "finish": "length"})
    assert await teacher.complete(ask()) == Completion('{"broken": ', "length")


async def test_other_values_are_given_as_json(script: Write) -> None:
    assert (await script({"answer": {"à": [1, None]}}).complete(ask())).text == '{"à":[1,null]}'
    assert (await script({"answer": None}).complete(ask())).text == "null"


async def test_a_line_answers_so_many_times(script: Write) -> None:
    teacher = script({"answer": "a", "times": 2}, {"answer": "b", "times": 1}, {"answer": "c"})
    assert [(await teacher.complete(ask())).text for _ in range(5)] == ["a", "a", "b", "c", "c"]


async def test_examples_do_not_match_and_a_re_ask_does(script: Write) -> None:
    teacher = script({"match": "theft", "answer": "theft"}, {"match": "lying", "answer": "lying"})
    conversation: list[str | Message] = ["theft", Message("assistant", "lying is no theft"), "lying"]
    assert (await teacher.complete(ask(*conversation))).text == "lying"
    conversation += [Message("assistant", "What theft?"), RE_ASK]
    assert (await teacher.complete(ask(*conversation))).text == "lying"


async def test_says_that_nothing_matches(script: Write) -> None:
    with pytest.raises(TeacherError, match="no answer") as caught:
        await script({"match": "theft", "answer": 1}).complete(ask("lying"))
    assert not isinstance(caught.value, TeacherUnavailable) and caught.value.got == "lying"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Invalid JSON"),
        ("[1]", "keys and values"),
        ({"match": "x"}, "answer"),
        ({"answer": 1, "finish": "never"}, "'stop', 'length' or 'refusal'"),
        ({"answer": 1, "times": 0}, "times"),
        ({"answer": 1, "matches": "x"}, "unknown key"),
    ],
)
def test_names_the_line_that_is_wrong(script: Write, line: dict[str, Any] | str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        script({"answer": 1}, "", line).identity()
    assert "answers.jsonl, line 3" in str(caught.value) and said in str(caught.value)


def test_names_the_file_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "latin1.jsonl").write_bytes('{"answer": "é"}'.encode("latin-1"))
    for name, said in [
        ("none.jsonl", "No such file"),
        ("empty.jsonl", "empty"),
        ("latin1.jsonl", "line 1"),
        (".", "Is a"),
    ]:
        with pytest.raises(DataError, match=said) as caught:
            Scripted(path=tmp_path / name).identity()
        assert str(tmp_path) in str(caught.value)


async def test_another_file_is_another_teacher(script: Write) -> None:
    one = script({"answer": 1}).identity()
    assert one == script({"answer": 1}).identity() and one["revision"].startswith("sha256:")
    assert one != script({"answer": 2}).identity()


async def test_a_function_may_answer_or_raise() -> None:
    def echo(request: Request) -> str | Completion:
        if request.max_tokens == 0:
            raise TeacherUnavailable("asleep")
        return Completion("no", "refusal") if request.max_tokens == 1 else request.messages[-1].content

    teacher = Scripted(answer=echo)
    assert await teacher.complete(ask("hello")) == Completion("hello")
    assert (await teacher.complete(ask(max_tokens=1))).finish == "refusal"
    with pytest.raises(TeacherUnavailable, match="asleep"):
        await teacher.complete(ask(max_tokens=0))
    assert json.loads(json.dumps(teacher.identity())) == teacher.identity()


@pytest.mark.parametrize("options", [{}, {"answer": "print"}, {"path": "x.jsonl", "answer": "print"}, {"file": "x"}])
def test_a_recipe_must_name_a_file(options: dict[str, Any]) -> None:
    with pytest.raises(RecipeError):
        load("pluriset.builders.teachers", {"scripted": options})


def test_its_options_have_a_schema() -> None:
    assert Scripted.model_json_schema()["properties"].keys() == {"concurrency", "path", "system_role"}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_any_answer_survives(tmp_path_factory: pytest.TempPathFactory, value: JsonValue) -> None:
    path = tmp_path_factory.mktemp("script") / "answers.jsonl"
    path.write_text(json.dumps({"answer": value}))
    text = Scripted(path=path)._script.answer(ask()).text
    assert (text if isinstance(value, str) else TypeAdapter(JsonValue).validate_json(text)) == value
