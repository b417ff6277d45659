"""Several processes build one run, and some of them die."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.builders.execution import sharded
from pluriset.builders.storage import lease
from pluriset.builders.storage.journal import Journal
from pluriset.builders.storage.shard import Shard
from pluriset.schemas.errors import RecipeError, RunError
from pluriset.schemas.progress import Status
from pluriset.tests.builders.conftest import JUDGED, LISTING
from pluriset.tests.builders.making import made, parquet_files
from pluriset.tests.servers.scripted_openai import Reply, ScriptedServer, answer

Write = Callable[..., Path]
SITUATIONS = [f"Situation number {i}" for i in range(48)]
CONCURRENCY, SHARDS = 4, 8


def respond(body: dict[str, Any]) -> Reply:
    asked = body["messages"][-1]["content"]
    return replace(answer(json.dumps(JUDGED if "valence: " in asked else LISTING)), after=0.02)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


def worker(recipe: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pluriset.cli", "build", str(recipe), "--out", str(out), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def dead_holder(run: Path, shard: Shard, **facts: Any) -> Path:
    """The claim of a holder on another machine, as it lies there after its death."""
    (run / ".shards").mkdir(parents=True)
    path = run / ".shards" / f"{shard}.00001.json"
    path.write_text(lease.Claim(recipe="", host="elsewhere", **facts).model_dump_json())
    return path


def test_killed_workers_lose_nothing_and_pay_twice_at_most_what_was_in_flight(
    recipe: Write, tmp_path: Path, server: ScriptedServer
) -> None:
    teacher = {"openai": {"model": "m", "revision": "1", "base_url": server.url, "concurrency": CONCURRENCY}}
    path, out = recipe(SITUATIONS, teachers={"main": teacher}), tmp_path / "run"
    shards = ("--shards", str(SHARDS))
    first, second = worker(path, out, *shards), worker(path, out, *shards)
    while len(server.requests) < random.randint(40, 80):
        assert first.poll() is None
        time.sleep(0.005)
    first.kill()
    assert first.wait() == -9
    assert second.wait() == 0
    counts = pluriset.build_shards(pluriset.recipe(path), out, SHARDS)
    assert (counts.done, counts.working) == (SHARDS, 0)
    requested = Counter(body["seed"] for body in server.requests)
    assert set(requested.values()) <= {1, 2} and sum(requested.values()) - len(requested) <= CONCURRENCY
    assert made(path, out).books.requests.sent == 0
    made(path, tmp_path / "one")
    assert parquet_files(out) == parquet_files(tmp_path / "one")


def test_a_holder_reads_the_segments_of_its_shard_and_what_other_ways_to_build_wrote(
    recipe: Write, tmp_path: Path
) -> None:
    work, out = pluriset.recipe(recipe(SITUATIONS)), tmp_path / "run"
    made(work.model_copy(update={"n": 10}), out)
    of_three = pluriset.build_shards(work, out, 3, 1).requests
    assert of_three.cached and of_three.sent
    journal = Journal(out / "journal", Shard(2, 3))
    assert [segment.name for segment in journal.segments] == ["00001.jsonl"]
    assert {Shard(2, 3).has(record["ask"]["seed"]) for record in journal.records()} == {True}
    assert pluriset.build_shards(work, out, 2).requests.cached == 40 + of_three.sent


def test_a_shard_of_a_live_holder_is_refused_and_one_without_a_sign_of_life_is_taken_over(
    recipe: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, out = pluriset.recipe(recipe(SITUATIONS)), tmp_path / "run"
    claim = dead_holder(out, Shard(0, 2), pid=1)
    assert pluriset.build_shards(work, out, 2).built == [1]
    monkeypatch.setattr(lease, "PATIENCE", 0.0)
    with pytest.raises(RunError, match="another process builds this shard"):
        pluriset.build_shards(work, out, 2, 0)
    with pytest.raises(RunError, match="1 shards of this run are being built"):
        made(work, out)
    os.utime(claim, (0, 0))
    assert pluriset.build_shards(work, out, 2).built == [0]


def test_the_attempt_of_a_dead_process_on_this_machine_is_taken_over_at_once(tmp_path: Path) -> None:
    (child := subprocess.Popen([sys.executable, "-c", "pass"])).wait()
    claim = dead_holder(tmp_path, shard := Shard(0, 1), pid=child.pid)
    with pytest.raises(lease.Held), lease.held(claim.parent, shard, ""):
        pass
    facts = lease.Claim.model_validate_json(claim.read_bytes()).model_copy(update={"kernel": lease._kernel()})
    claim.write_text(facts.model_dump_json())
    with lease.held(claim.parent, shard, "") as taken:
        assert taken.attempt == 2
        with pytest.raises(lease.Held), lease.held(claim.parent, shard, ""):
            pass


def test_the_next_attempt_of_a_launch_needs_no_wait(tmp_path: Path) -> None:
    claim = dead_holder(tmp_path, shard := Shard(0, 1), launch="job-7")
    with lease.held(claim.parent, shard, "", launch="job-7") as taken:
        assert taken.attempt == 2


def test_a_holder_that_lost_its_lease_stops_and_its_answers_stay(
    recipe: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: ScriptedServer
) -> None:
    monkeypatch.setattr(lease, "BEAT", 0.01)
    teacher = {"openai": {"model": "m", "revision": "1", "base_url": server.url, "concurrency": 1}}
    work, out = pluriset.recipe(recipe(SITUATIONS, teachers={"main": teacher})), tmp_path / "run"

    def take_over(status: Status) -> None:
        if status.sent >= 3:
            (out / ".shards" / f"{Shard(0, 1)}.00002.json").write_text(lease.Claim(recipe="").model_dump_json())

    with pytest.raises(RunError, match="lease of shard 00000-of-00001 is lost"):
        pluriset.build_shards(work, out, 1, 0, watch=take_over)
    assert 3 <= len(Journal(out / "journal")) == len(server.requests) < 4 * len(SITUATIONS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"family": {"values": {"diversity": {"round": 4}}}}, "rounds cannot be built in shards"),
        ({"budget": {"tokens": 10_000}}, "cannot share a budget"),
        ({"teachers": {"main": {"human": {}}}}, "requests to people cannot be sent in shards"),
        (
            {"teachers": {"main": {"openai": {"model": "m", "revision": "1", "requests_per_minute": 60}}}},
            "cannot share a rate per minute",
        ),
    ],
)
def test_what_cannot_be_built_in_shards_is_refused_before_anything_is_sent(
    recipe: Write, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        sharded.build_shards(pluriset.recipe(recipe(SITUATIONS, **changes)), tmp_path / "run", 2)
    assert not (tmp_path / "run").exists()
