"""What a build costs beside bare loops, and what it survives. `python benchmarks/teacher.py [ASKS]`

A simulated endpoint in a process of its own answers after a fixed time. Each client runs in a process of its own
too. Ideal is asks x latency / asks at once; CPU a request is what is above the same client with one ask.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from pluriset.benchmarks import clients
from pluriset.benchmarks.judged import ANSWER
from pluriset.schemas.manifest import Manifest
from pluriset.tests.servers.simulated_openai import FAULTS, Behaviour, simulated, stats

HERE = Path(__file__).parent
CLIENTS = ("bare aiohttp", "openai SDK", "openai SDK over aiohttp", "pluriset")
ENTRY = "judged = pluriset.benchmarks.judged\n"
PLUGIN = {
    "METADATA": "Name: judged\nVersion: 0\n",
    "entry_points.txt": f"[pluriset.families]\n{ENTRY}[pluriset.rows]\n{ENTRY}",
}
"""The family of this benchmark is installed as anybody else's would be."""


@dataclass(frozen=True)
class Load:
    """What is asked of whom: how many asks, how many of them at once, of an endpoint that behaves in some way."""

    asks: int
    at_once: int
    behaviour: Behaviour
    deadline: float = 300

    @property
    def ideal(self) -> float:
        """Seconds that nobody can beat."""
        return self.asks * self.behaviour.latency / self.at_once


@dataclass(frozen=True)
class Outcome:
    """One client under one load: seconds from launch to the last row, while asking, and after; CPU until the rows."""

    wall: float
    active: float
    after: float
    cpu: float
    seen: dict[str, Any]


class Folder:
    """A folder for one build: its seeds, its recipe, its run, and the family as an installed plug-in."""

    def __init__(self, root: str, load: Load, url: str) -> None:
        self.root, self.recipe, self.out = Path(root), Path(root) / "recipe.yaml", Path(root) / "run"
        teacher = {"model": "simulated", "revision": "1", "base_url": url, "concurrency": load.at_once}
        seeds = "".join(json.dumps({"id": i, "text": clients.text(i)}) + "\n" for i in range(load.asks))
        (self.root / "seeds.jsonl").write_text(seeds)
        said = {
            "name": "benchmark",
            "license": "cc0-1.0",
            "source": {"file": {"path": str(self.root / "seeds.jsonl"), "text": "text", "id": "id"}},
            "teachers": {"main": {"openai": {**teacher, "timeout": load.deadline}}},
            "family": "judged",
        }
        self.recipe.write_text(json.dumps(said))  # JSON is YAML
        plugin = self.root / "judged-0.dist-info"
        plugin.mkdir()
        for name, content in PLUGIN.items():
            (plugin / name).write_text(content)

    def start(self) -> subprocess.Popen[str]:
        """A build in a process of its own."""
        return launched("pluriset", str(self.recipe), str(self.out), path=self.root)

    @property
    def manifest(self) -> Manifest:
        """What the finished run says of itself."""
        return Manifest.model_validate_json((self.out / "manifest.json").read_text())

    def faults_of_rows(self) -> list[str]:
        """What is wrong with the rows, if anything is."""
        rows = pl.read_parquet(self.out / "data/situations/*.parquet")
        judged = pl.read_parquet(self.out / "data/annotations/*.parquet")
        wrong = {
            "rows are there twice": rows.height - rows["situation_id"].n_unique(),
            "judgements are null": judged["label"].null_count(),
            "rows have no judgement": rows.height - judged["item_id"].n_unique(),
        }
        return [f"{count} {what}" for what, count in wrong.items() if count] + self.manifest.books.imbalances()


@contextmanager
def prepared(load: Load) -> Iterator[tuple[str, Folder]]:
    """An endpoint that behaves as the load says, and a folder to build in."""
    with simulated(replace(load.behaviour, text=ANSWER)) as url, tempfile.TemporaryDirectory() as root:
        yield url, Folder(root, load, url)


def launched(client: str, *arguments: str, path: Path) -> subprocess.Popen[str]:
    """A client in a process of its own; modules are compiled once, as wherever something is installed."""
    paths = os.pathsep.join([str(path), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, str(HERE / "clients.py"), client, *arguments]
    with (path / "stderr").open("a") as errors:
        environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": ""}
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)


def finished(process: subprocess.Popen[str], path: Path) -> dict[str, float]:
    """What a client stamped when its rows were complete; ends the benchmark if the client failed."""
    said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"failed with exit code {process.returncode}:\n{(path / 'stderr').read_text()[-2000:]}")
    stamp: dict[str, float] = json.loads(said.splitlines()[0])
    return stamp


def outcome(client: str, load: Load) -> Outcome:
    """Run one client under one load."""
    with prepared(load) as (url, folder):
        start = time.time()
        if client == "pluriset":
            process = folder.start()
        else:
            process = launched(client, url, str(load.asks), str(load.at_once), path=folder.root)
        stamp = finished(process, folder.root)
        end, seen = time.time(), stats(url)
    active = seen["last"] + load.behaviour.latency - seen["first"]
    return Outcome(stamp["done"] - start, active, end - stamp["done"], stamp["cpu"], seen)


def side_by_side(load: Load) -> None:
    """Every client under one load."""
    late, most = load.behaviour.latency * 1e3, load.at_once
    print(f"\n{load.asks:,} asks, {late:.0f} ms, {most} at once: ideal {load.ideal:.2f} s")
    print(f"{'client':25}{'active':>9}{'of ideal':>10}{'launch to rows':>16}{'after':>8}{'CPU/request':>13}")
    for client in CLIENTS:
        one, all_ = outcome(client, replace(load, asks=1)), outcome(client, load)
        cpu = (all_.cpu - one.cpu) / (load.asks - 1) * 1e3
        share = all_.active / load.ideal
        print(
            f"{client:25}{all_.active:7.2f} s{share:10.2f}{all_.wall:14.2f} s{all_.after:6.1f} s{cpu:10.2f} ms",
            flush=True,
        )
    print("after: the checks and the card of a build; a loop writes nothing")


def killed(load: Load) -> None:
    """Killed with `kill -9` at half, and started again."""
    with prepared(load) as (url, folder):
        process = folder.start()
        while stats(url).get("answered", 0) < load.asks / 2 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        half = stats(url)["answered"]
        finished(folder.start(), folder.root)
        twice, rows, wrong = stats(url)["twice"], folder.manifest.tables["situations"].rows, folder.faults_of_rows()
    print(f"\nkill -9 after {half:,} of {load.asks:,} asks, {load.at_once} at once; then built again")
    print(f"  paid twice {twice}, rows {rows:,}, wrong: {', '.join(wrong) or 'nothing'}")


def faulty(load: Load) -> None:
    """Against an endpoint with faults."""
    with prepared(load) as (url, folder):
        start = time.time()
        wall = finished(folder.start(), folder.root)["done"] - start
        seen, books = stats(url), folder.manifest.books
        wrong = folder.faults_of_rows()
    faults = ", ".join(f"{seen.get(name, 0)} {name}" for name in load.behaviour.faults)
    print(f"\nfaults: {load.asks:,} seeds, {load.at_once} at once, deadline {load.deadline:.0f} s; met {faults}")
    print(f"  {wall:.1f} s to rows; built {books.seeds.built:,}, rejected {books.seeds.rejected}", end="")
    print(f", paid twice {seen['twice']}, wrong: {', '.join(wrong) or 'nothing'}")


def falling(load: Load) -> None:
    """Against an endpoint that loses most of its room halfway."""
    with prepared(load) as (url, folder):
        finished(folder.start(), folder.root)
        seen, books = stats(url), folder.manifest.books
    late, room = load.behaviour.latency, load.behaviour.falls_to or 0
    rate = (load.asks - load.behaviour.falls_after) / (seen["last"] + late - seen["fell"])
    print(f"\nfrom {load.behaviour.room} to {room} requests at once after {load.behaviour.falls_after:,} answers")
    print(
        f"  then {rate:.0f} answers a second of {room / late:.0f} that it can give; refused {seen.get('full', 0):,}",
        end="",
    )
    print(f"; built {books.seeds.built:,}, rejected {books.seeds.rejected}")


def main(asks: int = 2000) -> None:
    """All of them."""
    slow, fast = Behaviour(latency=1), Behaviour(latency=0.05)
    side_by_side(Load(asks, 256, slow))
    side_by_side(Load(asks, 64, fast))
    killed(Load(asks, 256, slow))
    faulty(Load(asks, 64, replace(fast, faults=FAULTS), deadline=10))
    faulty(Load(asks * 5 // 2, 256, replace(fast, faults=FAULTS), deadline=10))
    falling(Load(asks, 256, replace(fast, room=256, falls_to=8, falls_after=asks // 2)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
