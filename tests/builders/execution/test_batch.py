import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import pluriset
from pluriset.builders.assembly.materialize import write_tables
from pluriset.builders.execution.batch import Batches, BatchMode
from pluriset.builders.execution.batch_files import BatchFolder
from pluriset.builders.execution.run import opened
from pluriset.cli import main
from pluriset.schemas.errors import BatchRefused, RecipeError, RunError, Stopped, TeacherError
from pluriset.schemas.manifest import Books
from pluriset.schemas.run_layout import REJECTS
from pluriset.tests.builders.conftest import JUDGED, LISTING
from pluriset.tests.builders.execution.test_kill import answers, rows
from pluriset.tests.builders.teachers.smollm2 import OPTIONS, SMOLLM2, needs_vllm
from pluriset.tests.servers.batch_openai import BatchServer
from pluriset.tests.servers.scripted_openai import Reply, ScriptedServer, answer

Write = Callable[..., Path]
Line = dict[str, Any]
SITUATIONS = [f"Situation number {i}" for i in range(6)]
ASKS = 6 * 4
NOWHERE = "http://127.0.0.1:9/v1"
KEY = "sk-very-secret-0123456789"


def teacher(url: str = NOWHERE) -> dict[str, Any]:
    return {"main": {"openai": {"model": "m", "revision": "1", "base_url": url, "api_key_env": "OPENAI_API_KEY"}}}


def respond(body: dict[str, Any]) -> Reply:
    return answer(json.dumps(JUDGED if "valence: " in body["messages"][-1]["content"] else LISTING))


def answered(line: Line) -> Line:
    response = {"status_code": 200, "request_id": "r", "body": respond(line["body"]).body}
    return {"id": "x", "custom_id": line["custom_id"], "response": response, "error": None}


def failed(line: Line, status: int) -> Line:
    response = {"status_code": status, "request_id": "r", "body": {"error": {"message": "no"}}}
    return {"id": "x", "custom_id": line["custom_id"], "response": response, "error": None}


def read(file: Path) -> list[Line]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def put(file: Path, lines: list[Line], end: str = "") -> None:
    file.write_text("".join(json.dumps(line) + "\n" for line in lines) + end)


def garbled(draw: random.Random, lines: list[Line]) -> list[Line]:
    """What comes back of a batch on a bad day: in part, with errors, twice, out of order, and from elsewhere."""
    results = []
    for line in lines:
        luck = draw.random()
        results += [answered(line)] * (1 if luck < 0.5 else 2 if luck < 0.7 else 0)
        results += [failed(line, draw.choice([200, 429, 500, 503]))] if luck > 0.6 else []
        results += [{**answered(line), "error": {"code": "batch_expired", "message": "too late"}}] if luck > 0.9 else []
    foreign = [
        answered({**lines[0], "custom_id": draw.randbytes(16).hex()}),
        answered({**lines[0], "custom_id": "mine"}),
    ]
    return draw.sample(results + foreign, len(results) + len(foreign))


def build(
    recipe: Path, out: Path, how: BatchMode | None = "write", retry: bool = False, results: Iterable[Path] = ()
) -> Books:
    """A build without its checks and its card, which waves have no part in."""
    with opened(pluriset.recipe(recipe), out) as run:
        batches = Batches(run)
        batches.take(results)
        if retry:
            run.retry(out / REJECTS)
        batches.ask(None, how)
        return write_tables(run).books


def in_waves(recipe: Path, out: Path, work: Callable[[Path, Path], None], most: int = 40) -> Books:
    """Build in waves, each answered by `work(batch file, results)`, until nothing is open."""
    for _ in range(most):
        try:
            return build(recipe, out)
        except Stopped:
            waves = BatchFolder(out)
            for wave in waves.awaited():
                work(waves.file(wave), waves.file(wave, "out"))
    raise AssertionError("it does not end")


@pytest.mark.parametrize("seed", [1, 2])
def test_waves_that_come_back_garbled_end_in_the_run_that_asking_live_makes(
    recipe: Write, tmp_path: Path, seed: int
) -> None:
    draw, out = random.Random(seed), tmp_path / "waves"

    def work(file: Path, results: Path) -> None:
        put(results, garbled(draw, read(file)), end='{"custom_id": "cut o')

    path = recipe(SITUATIONS, teachers=teacher())
    books = in_waves(path, out, work)
    assert books.imbalances() == [] and books.seeds.built == 6 and books.requests.cached == ASKS
    assert sum(spent.answers for spent in books.spending) == ASKS
    assert len(found := answers(out)) == ASKS and set(found.values()) == {1}
    counts = sum((Counter(taken) for taken in map(drop_file, read(out / "batch" / "taken.jsonl"))), Counter[str]())
    lines = counts.pop("lines")
    assert counts.total() == lines == sum(len(file.read_bytes().splitlines()) for file in out.glob("batch/*.out.jsonl"))
    assert counts["answered"] == ASKS and all(counts[what] for what in ("failed", "duplicate", "foreign", "unreadable"))
    with ScriptedServer(respond) as server:
        build(recipe(SITUATIONS, teachers=teacher(server.url)), tmp_path / "live", None)
    assert answers(tmp_path / "live").keys() == found.keys() and rows(tmp_path / "live") == rows(out)


def drop_file(taken: Line) -> dict[str, int]:
    return {name: count for name, count in taken.items() if name != "file"}


def test_a_file_is_what_a_teacher_would_be_sent_and_nothing_is_written_twice(recipe: Write, tmp_path: Path) -> None:
    path, out = recipe(SITUATIONS[:2], teachers=teacher()), tmp_path / "run"
    for _ in range(2):
        with pytest.raises(Stopped, match="2 requests wait for their answers") as caught:
            build(path, out)
    assert caught.value.exit_code == 4 and "00001.main.out.jsonl" in str(caught.value)
    assert sorted(file.name for file in (out / "batch").iterdir()) == [
        f"00001.main.{ending}" for ending in ("asks.jsonl", "json", "jsonl")
    ]
    for line in read(out / "batch" / "00001.main.jsonl"):
        assert (line["method"], line["url"]) == ("POST", "/v1/chat/completions")
        assert line["body"].keys() == {"model", "messages", "response_format", "max_tokens", "seed"}
        assert line["body"]["seed"] == int(line["custom_id"][:8], 16) >> 1
    more = recipe(SITUATIONS[:3], teachers=teacher())
    with pytest.raises(Stopped, match="3 requests wait for their answers"):
        build(more, out)
    assert len(read(out / "batch" / "00002.main.jsonl")) == 1, "what is awaited already is not written again"


def test_the_command_says_what_waits_and_takes_what_came(recipe: Write, tmp_path: Path) -> None:
    path, out = recipe(SITUATIONS[:1], teachers=teacher()), tmp_path / "run"
    command = ["build", str(path), "--out", str(out), "--batch"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 4 and "1 requests wait for their answers" in done.stderr
    put(came := tmp_path / "came.jsonl", [answered(line) for line in read(out / "batch" / "00001.main.jsonl")])
    done = CliRunner().invoke(main, [*command, "--batch-results", str(came)])
    assert done.exit_code == 4 and "3 requests wait for their answers" in done.stderr


def test_a_file_that_was_taken_before_a_crash_still_ends_its_wave(recipe: Write, tmp_path: Path) -> None:
    path, out = recipe(SITUATIONS[:1], teachers=teacher()), tmp_path / "run"
    with pytest.raises(Stopped):
        build(path, out)
    put(came := tmp_path / "came.jsonl", [answered(line) for line in read(out / "batch" / "00001.main.jsonl")])
    for _ in range(2):
        with pytest.raises(Stopped, match="3 requests wait"):
            build(path, out, results=[came])
        note = out / "batch" / "00001.main.json"
        note.write_text(json.dumps(json.loads(note.read_text()) | {"done": False, "taken": []}))  # a crash before that


def test_a_file_that_is_named_again_ends_no_later_wave(recipe: Write, tmp_path: Path) -> None:
    path, out = recipe(SITUATIONS[:2], teachers=teacher()), tmp_path / "run"
    with pytest.raises(Stopped, match="2 requests wait"):
        build(path, out)
    first, second = read(out / "batch" / "00001.main.jsonl")
    put(came := tmp_path / "came.jsonl", [failed(first, 500), answered(second)])
    for _ in range(2):
        with pytest.raises(Stopped, match=r"4 requests wait for their answers\n  got: 00002\.main\.jsonl"):
            build(path, out, results=[came])


def test_what_is_awaited_is_not_paid_for_live(recipe: Write, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with ScriptedServer(respond) as server:
        path = recipe(SITUATIONS[:1], teachers=teacher(server.url))
        with pytest.raises(Stopped):
            build(path, out)
        with pytest.raises(RunError, match="answers of a batch are awaited"):
            build(path, out, None)
        assert not server.requests
        (out / "batch" / "00001.main.json").unlink()
        assert build(path, out, None).requests.sent == len(server.requests) == 4


def test_an_ask_that_is_refused_is_a_reject_and_open_again_when_told_so(recipe: Write, tmp_path: Path) -> None:
    path, out = recipe(SITUATIONS[:2], teachers=teacher()), tmp_path / "run"

    def refuse(file: Path, results: Path) -> None:
        put(
            results,
            [
                failed(line, 400) if f" {0}" in str(line["body"]["messages"][-1]) else answered(line)
                for line in read(file)
            ],
        )

    books = in_waves(path, out, refuse)
    assert books.imbalances() == [] and (books.seeds.built, books.seeds.rejected) == (1, 1)
    assert books.requests.failed == 1 and books.rejects == {"teacher cannot answer this": 1}
    with pytest.raises(Stopped, match="1 requests wait"):
        build(path, out, retry=True)
    put(elsewhere := tmp_path / "came.jsonl", [answered(line) for line in read(out / "batch" / "00003.main.jsonl")])
    with pytest.raises(Stopped, match="3 requests wait"):
        build(path, out, results=[elsewhere])


def test_a_batch_api_answers_wave_after_wave(recipe: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    out = tmp_path / "run"

    def work(content: bytes) -> tuple[bytes, bytes]:
        first, *rest = [json.loads(line) for line in content.splitlines()]
        good, bad = [answered(line) for line in rest] or [answered(first)], [failed(first, 500)]
        return tuple("\n".join(map(json.dumps, lines)).encode() for lines in (good, bad))  # type: ignore[return-value]

    with BatchServer(work) as server:
        path = recipe(SITUATIONS[:2], teachers=teacher(server.url))
        for _ in range(2):
            with pytest.raises(Stopped, match="2 requests wait"):
                build(path, out, "submit")
            [note] = (out / "batch").glob("*.json")
            note.write_text(json.dumps(json.loads(note.read_text()) | {"batch": None}))  # a crash before it was noted
        with pytest.raises(Stopped, match="2 requests wait"):
            build(path, out, "submit")
        assert list(server.batches) == ["batch_1"], "it is submitted once"
        assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
        server.status = "completed"
        for _ in range(10):
            try:
                books = build(path, out, "submit")
                break
            except Stopped:
                continue
    assert books.imbalances() == [] and books.seeds.built == 2 and set(answers(out).values()) == {1}
    assert KEY not in "".join(file.read_text() for file in (out / "batch").iterdir())


def test_a_batch_that_is_refused_is_told_once_and_its_asks_are_open_again(
    recipe: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    out = tmp_path / "run"
    with BatchServer(lambda content: (content, b"")) as server:
        with pytest.raises(Stopped):
            build(recipe(SITUATIONS[:1], teachers=teacher(server.url)), out, "submit")
        with pytest.raises(Stopped):
            build(path := recipe(SITUATIONS[:2], teachers=teacher(server.url)), out, "write")
        put(out / "batch/00002.main.out.jsonl", [answered(line) for line in read(out / "batch/00002.main.jsonl")])
        server.status = "failed"
        server.batches["batch_1"]["errors"] = {"data": [{"message": "a bad line"}]}
        with pytest.raises(BatchRefused, match=r"00001\.main\.jsonl: .*a bad line"):
            build(path, out, "submit")
    with ScriptedServer(respond) as live:
        requests = build(recipe(SITUATIONS[:2], teachers=teacher(live.url)), out, None).requests
    assert (requests.cached, requests.sent) == (1, 1 + 3 + 3), "the other wave was taken, and nothing is awaited"


def test_a_budget_cannot_watch_a_batch(recipe: Write, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="too late for a budget"):
        build(recipe(SITUATIONS[:1], teachers=teacher(), budget={"tokens": 1000}), tmp_path / "run", "write")


def test_says_that_an_endpoint_has_no_batch_api(recipe: Write, tmp_path: Path) -> None:
    with ScriptedServer(respond) as server:
        path = recipe(SITUATIONS[:1], teachers=teacher(server.url))
        with pytest.raises(TeacherError, match="refuses us"):
            build(path, tmp_path / "run", "submit")
    with pytest.raises(TeacherError, match="this teacher has no batches"):
        build(recipe(SITUATIONS), tmp_path / "other")


@pytest.mark.slow
def test_vllm_run_batch_answers_waves_until_the_run_is_finished(recipe: Write, tmp_path: Path) -> None:
    needs_vllm()
    model = {"vllm": {**OPTIONS, "path": str(SMOLLM2)}}
    family = {"values": {"min_per_kind": 1, "max_per_kind": 1}}
    path, out = recipe(SITUATIONS[:3], teachers={"main": model}, family=family), tmp_path / "run"
    structured = json.dumps({"backend": "guidance", "disable_any_whitespace": True})
    options = ["--model", str(SMOLLM2), "--served-model-name", SMOLLM2.name, "--max-model-len", "2048"]
    options += ["--enforce-eager", "--block-size", "32", "--gpu-memory-utilization", "0.4"]
    options += ["--no-enable-chunked-prefill", "--structured-outputs-config", structured]
    commands: list[list[str]] = []

    def run_batch(file: Path, results: Path) -> None:
        command = str(Path(sys.executable).with_name("vllm"))
        commands.append([command, "run-batch", "-i", str(file), "-o", str(results), *options])
        subprocess.run(commands[-1], check=True)

    books = in_waves(path, out, run_batch, most=6)
    assert len(commands) >= 2 and books.imbalances() == [] and books.seeds.built + books.seeds.rejected == 3
    assert sum(spent.answers for spent in books.spending) == len(answers(out)) > 3
    before = rows(out)
    assert build(path, out, None).requests.sent == 0
    assert rows(out) == before, "replayed from its journal it gives the same bytes"


def test_a_part_that_is_named_ends_no_wave_whose_rest_may_be_on_its_way(recipe: Write, tmp_path: Path) -> None:
    path, out = recipe(SITUATIONS, teachers=teacher()), tmp_path / "run"
    with pytest.raises(Stopped, match="6 requests wait"):
        build(path, out)
    lines = [answered(line) for line in read(out / "batch" / "00001.main.jsonl")]
    put(one := tmp_path / "one.jsonl", lines[:2])
    put(two := tmp_path / "two.jsonl", [*lines[2:5], failed(lines[5] | {"body": {}}, 503)])
    with pytest.raises(Stopped, match="12 requests wait") as stopped:
        build(path, out, results=[one])
    assert "00001.main.jsonl, 00002.main.jsonl" in str(stopped.value.got)
    assert len(read(out / "batch" / "00002.main.jsonl")) == 6, "nobody is asked twice"
    with pytest.raises(Stopped) as stopped:
        build(path, out, results=[two])
    assert "00001" not in str(stopped.value.got)
