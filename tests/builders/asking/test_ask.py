import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from pluriset.builders.asking import engine as module
from pluriset.builders.asking.ask import NOTHING, QUOTED, Ask
from pluriset.builders.asking.engine import MAX_CONSECUTIVE_FAILURES, Engine
from pluriset.builders.asking.journal_reader import AskFailed, JournalReader, RequestCounts
from pluriset.builders.asking.question import Answerer
from pluriset.builders.dispatch import circuit_breaker
from pluriset.builders.execution.seed import run_to_end
from pluriset.builders.storage.journal import Journal
from pluriset.builders.teachers.scripted import Scripted
from pluriset.schemas.errors import BadCompletion, TeacherUnavailable
from pluriset.schemas.request import RE_ASK, Completion, Message, Prompt, Request
from pluriset.schemas.rows.shared import Annotator
from pluriset.schemas.usage import Spent

Script = Callable[[Request], str | Completion]


class Colour(BaseModel):
    model_config = ConfigDict(extra="forbid")
    colour: Literal["red", "green"]


RED = '{"colour": "red"}'


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACKOFF", (0.0, 0.0))
    monkeypatch.setattr(circuit_breaker, "FIRST_PAUSES", (0.001,) * 100)


class Desk:
    """An engine over one journal, its teachers scripted, every request that reaches one written down."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.sent = folder, list[Request]()

    def engine(self, *scripts: Script, persona: str | None = None) -> Engine:
        return Engine(Journal(self.folder), {"say": self._panel(scripts, persona)})

    def reader(self, script: Script) -> JournalReader:
        return JournalReader(Journal(self.folder), {"say": self._panel([script], None)})

    def _panel(self, scripts: Sequence[Script], persona: str | None) -> list[Answerer]:
        def heard(script: Script) -> Script:
            def answer(request: Request) -> str | Completion:
                self.sent.append(request)
                return script(request)

            return answer

        return [
            Answerer(Annotator(annotator_id=f"a{i}", kind="model"), f"t{i}", Scripted(answer=heard(script)), persona)
            for i, script in enumerate(scripts)
        ]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield Desk(tmp_path / "journal")


def prompt(text: str = "Which?") -> Prompt:
    return Prompt((Message("system", "Name a colour."), Message("user", text)), 20)


def say(engine: JournalReader, text: str = "Which?", seed: str = "s1", sample: int = 0) -> Colour:
    return asyncio.run(Ask(engine, seed)(prompt(text), Colour, "say", sample=sample)).value


def test_an_answer_is_paid_once_and_then_replayed(desk: Desk) -> None:
    first = desk.engine(lambda request: RED)
    assert say(first).colour == say(first).colour == "red"
    assert first.requests == RequestCounts(total=2, sent=1, cached=1)
    first.journal.close()
    again = desk.reader(lambda request: RED)
    assert run_to_end(Ask(again, "s1")(prompt(), Colour, "say")).value.colour == "red"
    assert len(desk.sent) == 1


@pytest.mark.parametrize(
    "other",
    [{"text": "Which one?"}, {"seed": "s2"}, {"sample": 1}],
    ids=["prompt", "seed", "sample"],
)
def test_whatever_can_change_the_answer_is_asked_anew(desk: Desk, other: dict[str, object]) -> None:
    engine = desk.engine(lambda request: RED)
    say(engine)
    say(engine, **other)  # type: ignore[arg-type]
    assert engine.requests.sent == 2 and desk.sent[0].seed != desk.sent[1].seed


def test_another_schema_is_asked_anew(desk: Desk) -> None:
    class Shade(BaseModel):
        colour: str

    engine = desk.engine(lambda request: RED)
    say(engine)
    asyncio.run(Ask(engine, "s1")(prompt(), Shade, "say"))
    assert engine.requests.sent == 2


def test_identical_asks_in_flight_share_one_call(desk: Desk) -> None:
    live = desk.engine(lambda request: RED)

    async def five(engine: JournalReader) -> list[object]:
        ask = Ask(engine, "s1")
        return await ask.all(ask(prompt(), Colour, "say") for _ in range(5))

    assert len(asyncio.run(five(live))) == 5
    assert live.requests == RequestCounts(total=5, sent=1, cached=4)
    replay = desk.reader(lambda request: RED)
    assert len(run_to_end(five(replay))) == 5
    assert live.spending == replay.spending == {("say", "t0"): Spent(1, 0, 0, 1)}, "one call is in the books once"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("", "answer does not parse"),
        ("{", "answer does not parse"),
        ('{"colour": "blue"}', "answer does not parse"),
        ('{"colour": "red", "extra": 1}', "answer does not parse"),
        ("Ich weiß es nicht.", "answer does not parse"),
        ('{"colour": "' + "red " * 10_000, "answer does not parse"),
        (Completion('{"colour": "re', "length"), "answer cut off"),
    ],
)
def test_an_answer_that_does_not_parse_is_asked_for_again_then_rejected(
    desk: Desk, bad: str | Completion, reason: str
) -> None:
    engine = desk.engine(lambda request: bad)
    with pytest.raises(AskFailed) as failed:
        say(engine)
    assert failed.value.reason == reason and len(failed.value.detail) < 700
    assert len(desk.sent) == 3 and [len(request.messages) for request in desk.sent] == [2, 4, 4]
    assert len({request.seed for request in desk.sent}) == 3
    with pytest.raises(AskFailed, match=reason):
        say(engine)
    assert len(desk.sent) == 3, "a paid answer is never paid again"


def test_a_second_answer_that_parses_is_taken(desk: Desk) -> None:
    engine = desk.engine(lambda request: RED if len(request.messages) == 4 else "what?")
    assert say(engine).colour == "red" and engine.requests.sent == 2


@pytest.mark.parametrize(
    "bad, quoted", [("what?", "what?"), (" \n", NOTHING), ("la " * 10_000, ("la " * 10_000)[:QUOTED])]
)
def test_a_re_ask_quotes_the_last_answer_so_that_roles_take_turns(desk: Desk, bad: str, quoted: str) -> None:
    said = iter([bad, "once more", RED])

    def strict(request: Request) -> str:
        system, *turns = [message.role for message in request.messages]
        if system != "system" or turns != ["user", "assistant", "user"][: len(turns)] or turns[-1] != "user":
            raise BadCompletion("conversation roles must alternate user/assistant/user/assistant/...")
        return next(said)

    assert say(desk.engine(strict)).colour == "red"
    assert [request.messages[2:] for request in desk.sent[1:]] == [
        (Message("assistant", quoted), RE_ASK),
        (Message("assistant", "once more"), RE_ASK),
    ]


def test_at_temperature_0_a_model_that_repeats_itself_is_not_asked_the_same_twice(desk: Desk) -> None:
    asked = Prompt((Message("user", "Which?"),), temperature=0)
    engine = desk.engine(lambda _: "what?")
    for _ in range(2):
        with pytest.raises(AskFailed):
            asyncio.run(Ask(engine, "seed").answer(engine.answerers["say"][0], asked, Colour, "say"))
    turns = [request.messages for request in desk.sent]
    assert len(turns) == 3 and turns[2] == (*turns[1], *turns[1][-2:]), "it is shown its repetition"
    assert len(Journal(desk.folder)) == 3


def test_a_refusal_is_an_answer_and_is_not_asked_again(desk: Desk) -> None:
    engine = desk.engine(lambda request: Completion("I will not.", "refusal"))
    for _ in range(2):
        with pytest.raises(AskFailed, match="refused"):
            say(engine)
    assert engine.requests.sent == 1


def test_an_unreachable_teacher_is_tried_again_and_by_the_next_build(desk: Desk) -> None:
    def down(request: Request) -> str:
        raise TeacherUnavailable("no route")

    engine = desk.engine(down)
    with pytest.raises(AskFailed, match="teacher unavailable"):
        say(engine)
    assert len(desk.sent) == 3 and engine.requests == RequestCounts(total=1, failed=1)
    engine.journal.close()
    replay = desk.reader(down)
    with pytest.raises(AskFailed, match="teacher unavailable"):
        run_to_end(Ask(replay, "s1")(prompt(), Colour, "say"))
    assert say(desk.engine(lambda request: RED)).colour == "red"


def test_a_request_that_cannot_be_answered_fails_alone(desk: Desk) -> None:
    def picky(request: Request) -> str:
        if "long" in request.messages[-1].content:
            raise BadCompletion("does not fit into the context")
        return RED

    engine = desk.engine(picky)
    assert say(engine).colour == "red"
    with pytest.raises(AskFailed, match="teacher cannot answer this"):
        say(engine, "long")
    assert say(engine, "short").colour == "red" and len(desk.sent) == 3


def test_what_cannot_be_answered_stops_no_run_and_is_not_asked_again(desk: Desk) -> None:
    def picky(request: Request) -> str:
        if "long" in request.messages[-1].content:
            raise BadCompletion("does not fit into the context")
        return RED

    def try_all() -> Engine:
        engine = desk.engine(picky)
        say(engine)
        for number in range(MAX_CONSECUTIVE_FAILURES + 1):
            with pytest.raises(AskFailed, match="teacher cannot answer this"):
                say(engine, f"long {number}")
        engine.journal.close()
        return engine

    assert try_all().requests == RequestCounts(
        total=MAX_CONSECUTIVE_FAILURES + 2, sent=1, failed=MAX_CONSECUTIVE_FAILURES + 1
    )
    assert try_all().requests == RequestCounts(
        total=MAX_CONSECUTIVE_FAILURES + 2, cached=1, failed=MAX_CONSECUTIVE_FAILURES + 1
    )
    assert len(desk.sent) == MAX_CONSECUTIVE_FAILURES + 2


def test_a_teacher_that_takes_no_request_at_all_stops_the_run(desk: Desk) -> None:
    def misconfigured(request: Request) -> str:
        raise BadCompletion("no such response format")

    engine = desk.engine(misconfigured)
    for number in range(MAX_CONSECUTIVE_FAILURES - 1):
        with pytest.raises(AskFailed):
            say(engine, seed=str(number))
    with pytest.raises(TeacherUnavailable, match="in a row"):
        say(engine, seed="last")
    engine.journal.close()
    mended = desk.engine(lambda request: RED)
    assert [say(mended, seed=str(number)).colour for number in range(MAX_CONSECUTIVE_FAILURES - 1)] == ["red"] * (
        MAX_CONSECUTIVE_FAILURES - 1
    )


def test_too_many_asks_without_an_answer_stop_the_run(desk: Desk) -> None:
    def down(request: Request) -> str:
        raise TeacherUnavailable("no route")

    engine = desk.engine(down)
    for number in range(MAX_CONSECUTIVE_FAILURES - 1):
        with pytest.raises(AskFailed):
            say(engine, seed=str(number))
    with pytest.raises(TeacherUnavailable, match="in a row") as stopped:
        say(engine, seed="last")
    assert stopped.value.exit_code == 3 and "no route" in str(stopped.value)


def test_a_panel_keeps_every_judgement_and_records_what_is_missing(desk: Desk) -> None:
    engine = desk.engine(lambda request: RED, lambda request: "what?", lambda request: '{"colour": "green"}')
    ask = Ask(engine, "s1")
    answers = asyncio.run(ask.each(lambda who: prompt(who.annotator_id), Colour, "say", item=("things", "t1")))
    assert [(a.annotator_id, a.value.colour) for a in answers] == [("a0", "red"), ("a2", "green")]
    [missing] = ask.rejects
    assert (missing.level, json.loads(missing.key)) == ("ask", ["things", "t1", "a1"])


def test_a_persona_is_told_first(desk: Desk) -> None:
    engine = desk.engine(lambda request: RED, persona="Answer as a nurse.")
    say(engine)
    system, user = desk.sent[0].messages
    assert system == Message("system", "Answer as a nurse.\n\nName a colour.") and user.content == "Which?"


def test_the_journal_holds_what_was_asked_but_no_key(desk: Desk) -> None:
    engine = desk.engine(lambda request: RED)
    say(engine)
    engine.journal.close()
    _, context, answer = (json.loads(line) for line in (desk.folder / "00001.jsonl").read_text().splitlines())
    assert context["teacher"]["teacher"] == "scripted" and "colour" in context["schema"]["properties"]
    assert answer["ask"]["messages"][1] == {"role": "user", "content": "Which?"}
    assert answer["ask"]["context"] == context["context"] and answer["answer"]["text"] == RED


def test_what_is_unset_stays_out_of_the_digest_and_what_is_set_reaches_teacher_and_journal(desk: Desk) -> None:
    engine = desk.engine(lambda request: RED)
    ask, warm = Ask(engine, "s1"), replace(prompt(), temperature=0.3)
    plain = asyncio.run(ask(prompt(), Colour, "say"))
    bound = asyncio.run(ask(warm, Colour, "say", narrow={"colour": {"enum": ["red"]}}))
    assert plain.digest != bound.digest and (plain.temperature, bound.temperature) == (None, 0.3)
    assert desk.sent[1].temperature == 0.3 and desk.sent[1].schema["properties"]["colour"]["enum"] == ["red"]
    records = [engine.journal.record(bytes.fromhex(answer.digest)) or {} for answer in (plain, bound)]
    assert not {"temperature", "narrow"} & set(records[0]["ask"])
    assert records[1]["ask"]["narrow"] == {"colour": {"enum": ["red"]}} and records[1]["ask"]["temperature"] == 0.3


def test_an_answer_outside_its_bounds_is_asked_for_again(desk: Desk) -> None:
    engine = desk.engine(lambda request: RED if len(request.messages) == 2 else '{"colour": "green"}')
    answer = asyncio.run(Ask(engine, "s1")(prompt(), Colour, "say", narrow={"colour": {"enum": ["green"]}}))
    assert answer.value.colour == "green" and engine.requests.sent == 2


def test_an_optional_ask_that_fails_is_recorded_under_its_item(desk: Desk) -> None:
    ask = Ask(desk.engine(lambda request: "what?"), "s1")
    assert asyncio.run(ask.maybe(prompt(), Colour, "say", item=("things", "t1"))) is None
    assert [(lost.table, lost.key) for lost in ask.rejects] == [("things", '["things","t1"]')]


def test_each_asks_every_annotator_for_every_sample(desk: Desk) -> None:
    engine = desk.engine(lambda request: RED, lambda request: '{"colour": "green"}')
    answers = asyncio.run(Ask(engine, "s1").each(prompt(), Colour, "say", item=("things", "t1"), samples=range(2)))
    assert [(a.annotator_id, a.sample) for a in answers] == [("a0", 0), ("a0", 1), ("a1", 0), ("a1", 1)]


def test_what_is_required_fails_if_every_ask_does(desk: Desk) -> None:
    ask = Ask(desk.engine(lambda request: "what?"), "s1")
    with pytest.raises(AskFailed):
        asyncio.run(ask.each(prompt(), Colour, "say", item=("things", "t1"), required=True))
    assert not ask.rejects
