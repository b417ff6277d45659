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

import polars as pl
import pytest

import pluriset
from pluriset.cards.loading.open import open_run
from pluriset.schemas.manifest import Manifest
from pluriset.tests.builders.conftest import JUDGED, LISTING
from pluriset.tests.servers.scripted_openai import Reply, ScriptedServer, answer

pytestmark = pytest.mark.slow

Write = Callable[..., Path]
KILLS = int(os.environ.get("PLURISET_KILLS", 20))
"""How often the build is killed; with as many seeds that it does not end before."""
SEEDS, ASKS = 2 * KILLS, 8 * KILLS
SITUATIONS = [f"Situation number {i}" for i in range(SEEDS)]
LATENCY = 0.02


def respond(body: dict[str, Any]) -> Reply:
    asked = body["messages"][-1]["content"]
    return replace(answer(json.dumps(JUDGED if "valence: " in asked else LISTING)), after=LATENCY)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


def start(recipe: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pluriset.cli", "build", str(recipe), "--out", str(out)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill_when(process: subprocess.Popen[bytes], moment: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not moment():
        assert process.poll() is None and time.monotonic() < deadline, "it ended before its moment"
        time.sleep(0.0005)
    process.kill()
    assert process.wait() == -9


def answers(run: Path) -> Counter[str]:
    """How many answers each digest has in the journal; a torn last line is none."""
    lines = [line for path in sorted((run / "journal").glob("*.jsonl")) for line in path.read_bytes().split(b"\n")[:-1]]
    return Counter(record["digest"] for record in map(json.loads, lines) if "answer" in record)


def on_disk(run: Path) -> set[int]:
    """The sampling seeds, which come from the digests, of what the journal answers: they tell requests apart."""
    return {int.from_bytes(bytes.fromhex(digest)[:4]) >> 1 for digest in answers(run)}


def rows(run: Path) -> dict[str, bytes]:
    files = [*sorted((run / "data").rglob("*.parquet")), run / "rejects.parquet"]
    return {str(path.relative_to(run)): path.read_bytes() for path in files}


def uninterrupted(run: Path, other: Path) -> dict[str, bytes]:
    """The rows that a build without any interruption makes of a copy of the same recipe and journal."""
    (other / "journal").mkdir(parents=True)
    for path in [run / "recipe.yaml", *(run / "journal").iterdir()]:
        (other / path.relative_to(run)).write_bytes(path.read_bytes())
    books = pluriset.build(pluriset.recipe(other / "recipe.yaml"), other).manifest.books
    assert books.requests.sent == 0
    return rows(other)


@pytest.mark.timeout(300 + 30 * KILLS)
def test_a_build_killed_at_random_asks_nothing_again_that_was_on_disk(
    recipe: Write, tmp_path: Path, server: ScriptedServer
) -> None:
    seed = random.randrange(10**6)
    print(f"random seed {seed}")
    draw = random.Random(seed)
    teacher = {"openai": {"model": "m", "revision": "1", "base_url": server.url, "concurrency": 4}}
    path, out = recipe(SITUATIONS, teachers={"main": teacher}), tmp_path / "run"
    kept = [0]
    for _ in range(KILLS):
        known, first = on_disk(out), len(server.requests)
        process = start(path, out)
        wanted, late = len(server.requests) + draw.randint(1, 7), draw.uniform(0, LATENCY)
        kill_when(process, lambda wanted=wanted: len(server.requests) >= wanted)  # type: ignore[misc]
        time.sleep(late)
        assert not (out / "manifest.json").exists()
        assert not known & {body["seed"] for body in server.requests[first:]}, "what was on disk was asked again"
        kept.append(len(on_disk(out)))
    assert kept == sorted(kept) and 0 < kept[-1] < ASKS, kept
    known, first = on_disk(out), len(server.requests)
    assert start(path, out).wait() == 0
    # A request of the last killed process may arrive late, so requests are told apart and not counted.
    last = {body["seed"] for body in server.requests[first:]}
    assert not known & last, "what was on disk was asked again"
    assert len(last) == ASKS - kept[-1] and known | last == on_disk(out)
    found = answers(out)
    assert len(found) == ASKS and set(found.values()) == {1}
    books = open_run(out, verify=True).manifest.books
    assert books.imbalances() == [] and books.seeds.model_dump() == {"read": SEEDS, "built": SEEDS, "rejected": 0}
    assert books.requests.model_dump() == {
        "total": ASKS,
        "cached": kept[-1],
        "sent": ASKS - kept[-1],
        "failed": 0,
        "pending": 0,
    }
    assert pl.read_parquet(out / "data/situations/*.parquet")["text"].to_list() == SITUATIONS
    assert uninterrupted(out, tmp_path / "other") == rows(out)


@pytest.mark.parametrize("moment", [".building/work.duckdb", ".building/data", "rejects.parquet", "report.json"])
def test_a_build_killed_while_it_writes_is_completed_by_the_next(recipe: Write, tmp_path: Path, moment: str) -> None:
    path, out = recipe(SITUATIONS), tmp_path / "run"
    kill_when(start(path, out), (out / moment).exists)
    assert not (out / "manifest.json").exists() and len(answers(out)) == ASKS
    manifest: Manifest = pluriset.build(pluriset.recipe(path), out).manifest
    assert manifest.books.imbalances() == [] and manifest.books.requests.sent == 0
    assert not (out / ".building").exists() and pluriset.load(out, verify=True).tables
    assert uninterrupted(out, tmp_path / "other") == rows(out)
