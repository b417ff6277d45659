"""Endpoints that differ from OpenAI's: each is built, or stopped with the right words, and nothing is sent twice."""

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import pluriset
from pluriset.builders.asking import engine
from pluriset.builders.execution.run import opened
from pluriset.builders.storage.journal import Journal
from pluriset.schemas.errors import TeacherError
from pluriset.tests.builders.conftest import JUDGED, LISTING
from pluriset.tests.builders.making import made
from pluriset.tests.servers.quirky_openai import CASES, PROSE, Case, Once, is_judgement
from pluriset.tests.servers.scripted_openai import CUT, DROPPED, Body, Reply, ScriptedServer, answer

Write = Callable[..., Path]
SITUATIONS = [f"Situation number {i}" for i in range(6)]


def serving(quirk: Callable[[Body, str], Reply]) -> ScriptedServer:
    return ScriptedServer(lambda body: quirk(body, json.dumps(JUDGED if is_judgement(body) else LISTING)))


def openai(server: ScriptedServer, **options: object) -> dict[str, object]:
    teacher = {"model": "m", "revision": "1", "base_url": server.url, "concurrency": 4, **options}
    return {"teachers": {"main": {"openai": teacher}}}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BACKOFF", (0.001,) * 4)
    monkeypatch.setattr(engine, "BUSY_DELAY", 0.001)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_each_quirk_is_built_or_stopped_and_nothing_is_paid_twice(case: Case, recipe: Write, tmp_path: Path) -> None:
    with serving(case.quirk) as server:
        path = recipe(SITUATIONS, **openai(server, **case.options))
        if case.stops:
            with pytest.raises(TeacherError) as stopped:
                made(path, tmp_path / "run")
            assert case.stops in str(stopped.value) and stopped.value.exit_code == 3
            assert not (tmp_path / "run" / "manifest.json").exists()
        else:
            books = made(path, tmp_path / "run").books
            assert books.seeds.rejected == case.rejects and books.seeds.built == 6 - case.rejects
            assert books.rows["annotations"].published == 3 * 2 * (6 - case.rejects)
            sent = len(server.requests)
            with opened(pluriset.recipe(path), tmp_path / "run") as again:
                again.ask()
            assert len(server.requests) == sent, "an answer or a final refusal is not asked for again"
    paid = Counter(map(str, Journal(tmp_path / "run" / "journal").answers))
    assert set(paid.values()) <= {1}


def test_what_stands_in_for_an_endpoint_behaves_as_named() -> None:
    assert len(CASES) == len({case.name for case in CASES}) == 28


def test_a_server_without_a_usable_answer_stops_the_build_early(recipe: Write, tmp_path: Path) -> None:
    situations = [f"Situation number {i}" for i in range(40)]
    with serving(lambda _, text: answer(PROSE)) as server:
        path, out = recipe(situations, **openai(server)), tmp_path / "run"
        with pytest.raises(TeacherError, match="none of the first 16 answers of teacher main as write"):
            made(path, out)
        assert 16 <= len(server.requests) <= 16 + 4
        assert len(Journal(out / "journal")) == len(server.requests), "what was paid is kept"


def test_a_judge_that_never_parses_stops_the_build_and_can_be_retried(recipe: Write, tmp_path: Path) -> None:
    broken = [True]
    with serving(lambda body, text: answer(PROSE if broken[0] and is_judgement(body) else text)) as server:
        path, out = recipe([f"Situation number {i}" for i in range(40)], **openai(server)), tmp_path / "run"
        with pytest.raises(TeacherError, match="teacher main as judge"):
            made(path, out)
        assert sum(map(is_judgement, server.requests)) <= 16 + 4
        broken[0] = False
        books = pluriset.build(pluriset.recipe(path), out, retry=True).manifest.books
    assert books.rows["annotations"].published == 40 * 3 * 2 and not books.rejects


def test_a_declared_share_of_unusable_answers_stops_the_build(recipe: Write, tmp_path: Path) -> None:
    every_other = iter(range(10**6))
    with serving(lambda _, text: answer(PROSE if next(every_other) % 2 else text)) as server:
        path = recipe([f"Situation number {i}" for i in range(40)], stop={"failure_share": 0.3}, **openai(server))
        with pytest.raises(TeacherError, match=r"of \d+ answers of teacher main as \w+ are unusable"):
            made(path, tmp_path / "run")
        assert len(server.requests) < 60


def test_keys_in_headers_and_query_come_from_the_environment(
    recipe: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_KEY", "secret-1")
    extra = {"headers": {"api-key": "$SOME_KEY"}, "query": {"api-version": "2024-10-21"}}
    with serving(lambda _, text: answer(text)) as server:
        made(recipe(["Lying to a friend"], **openai(server, **extra)), out := tmp_path / "run")
    assert all(headers["api-key"] == "secret-1" for headers in server.headers)
    assert not [file for file in out.rglob("*.*") if file.is_file() and b"secret-1" in file.read_bytes()]


def test_reasoning_is_journaled_apart_from_the_answer(recipe: Write, tmp_path: Path) -> None:
    with serving(lambda _, text: answer(text, reasoning_content="Hmm.")) as server:
        made(recipe(["Lying to a friend"], **openai(server)), out := tmp_path / "run")
    assert {record["answer"]["reasoning"] for record in Journal(out / "journal").records()} == {"Hmm."}
    assert "Hmm." not in str(pq.read_table(out / "data" / "considerations").to_pylist())


FAULTS = ("error in 200", "error in choice", "HTML 502", "retry-after-ms", "Retry-After date")
FORMS = ("null content, JSON in reasoning", "think tags", "code fence", "content in parts", "usage missing")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_faults_and_forms_at_random_lose_nothing_and_pay_nothing_twice(
    seed: int, recipe: Write, tmp_path: Path
) -> None:
    draw, cases, faults = random.Random(seed), {case.name: case for case in CASES}, Counter[int]()
    paid = Counter[int]()

    def quirk(body: Body, text: str) -> Reply:
        if faults[body["seed"]] < 2 and draw.random() < 0.3:
            faults[body["seed"]] += 1
            fault = cases[draw.choice(FAULTS)].quirk
            assert isinstance(fault, Once)
            return draw.choice([CUT, DROPPED, fault.quirk(body, text)])
        paid[body["seed"]] += 1
        return cases[draw.choice(FORMS)].quirk(body, text)

    with serving(quirk) as server:
        path = recipe([f"Situation number {i}" for i in range(40)], **openai(server))
        books = made(path, out := tmp_path / "run").books
        first = {file.name: file.read_bytes() for file in sorted((out / "data" / "considerations").iterdir())}
        assert made(path, out).books.requests.sent == 0
    assert books.requests.sent == 160 == len(paid) and set(paid.values()) == {1}
    assert books.requests.failed == 0 and not books.rejects
    assert first == {file.name: file.read_bytes() for file in sorted((out / "data" / "considerations").iterdir())}
