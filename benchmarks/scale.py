"""What a build by many processes costs and survives. `python benchmarks/scale.py kills|ray-kills|cost|memory|texts`

A simulated endpoint in a process of its own answers requests of the family `values`, four a seed. `kills` builds with
two processes and sixteen shards of which one after another is killed with SIGKILL at a random moment; `ray-kills` kills
workers, nodes and drivers of a Ray cluster of three local nodes. Both compare the tables with those of one process.
`cost` is our CPU a request, `memory` the peak of the build that writes the tables at a fixed size of shards, `texts`
what the search for near-duplicates takes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pluriset.tests.builders.conftest import JUDGED, LISTING, written
from pluriset.tests.builders.making import parquet_files
from pluriset.tests.servers.simulated_openai import Behaviour, simulated, stats
from pluriset.validators.stats.near_duplicates import similar_pairs
from pluriset.validators.tables.sql import connect, using

A_SEED = 4
"""Requests of the family for each seed: one that lists, three that judge."""
SHARDS, WORKERS, CONCURRENCY = 16, 2, 32
NODES = 3
SHARD_REQUESTS = 3_000
"""Requests of a shard where its size is fixed."""
TEXTS = """
CREATE TABLE texts AS SELECT i AS rank, array_to_string(list_transform(range(30), lambda x: 'w' || hash(
    (i - CAST(i % 20 = 0 AS BIGINT)) * 31 + CASE WHEN i % 20 = 0 AND x = 7 THEN 1000 ELSE x END) % 20000), ' ') AS text
FROM range(1, {count} + 1) r(i)
"""
SOON = 600
"""Seconds in which something should happen."""


@contextmanager
def endpoint(latency: float) -> Iterator[str]:
    """A simulated endpoint that answers listings and judgements."""
    behaviour = Behaviour(json.dumps(LISTING), {"valence: ": json.dumps(JUDGED)}, latency)
    with simulated(behaviour) as url:
        yield url


@contextmanager
def recipe_for(url: str | None, requests: int) -> Iterator[Path]:
    """A recipe over so many seeds that they need so many requests, in a folder of its own; without URL, scripted."""
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        endpoint = {"openai": {"model": "m", "revision": "1", "base_url": url, "concurrency": CONCURRENCY}}
        teachers = {"main": endpoint if url else {"scripted": {"path": "answers.jsonl"}}}
        situations = [f"Situation number {number}" for number in range(requests // A_SEED)]
        yield written(Path(folder), situations, teachers=teachers, curation=None)


def command(recipe: Path, out: Path, *options: object) -> list[str]:
    """A build in a process of its own."""
    return [sys.executable, "-m", "pluriset.cli", "build", str(recipe), "--out", str(out), *map(str, options)]


def start(recipe: Path, out: Path, *options: object) -> subprocess.Popen[bytes]:
    """Start a build."""
    return subprocess.Popen(command(recipe, out, *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run(recipe: Path, out: Path, *options: object) -> dict[str, Any]:
    """Run a build to its end; what it prints as JSON."""
    done = subprocess.run(command(recipe, out, *options, "--json"), stdout=subprocess.PIPE, check=False)
    assert done.returncode in (0, 1), done.returncode
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def answered(url: str) -> int:
    """Requests that the endpoint has answered so far."""
    return int(stats(url).get("answered", 0))


def wait_for(url: str, count: int, alive: Callable[[], bool]) -> None:
    """Wait until so many requests were answered, or nothing works any more."""
    deadline = time.monotonic() + SOON
    while answered(url) < count and alive() and time.monotonic() < deadline:
        time.sleep(0.02)


def one_process(requests: int) -> dict[str, bytes]:
    """The tables of a build by one process."""
    with endpoint(0.02) as url, recipe_for(url, requests) as recipe:
        run(recipe, recipe.parent / "one")
        return parquet_files(recipe.parent / "one")


def report(recipe: Path, out: Path, url: str, requests: int, expected: dict[str, bytes], in_flight: int) -> None:
    """Check that nothing was lost and that the tables are as expected, and print what was paid twice."""
    seen = stats(url)
    sent = run(recipe, out)["books"]["requests"]["sent"]
    same, distinct = parquet_files(out) == expected, seen["answered"] - seen["twice"]
    print(
        f"{distinct:,} of {requests:,} requests answered, {seen['twice']} twice, at most {in_flight} in flight at the "
        f"deaths; build afterwards sent {sent}; identical: {same}",
        flush=True,
    )
    assert distinct == requests and sent == 0 and same and seen["twice"] <= in_flight


def kills(requests: int, times: int, each: int) -> None:
    """Two processes at once; one is killed at a random moment and another started, `each` times a run."""
    expected = one_process(requests)
    for _ in range(times):
        with endpoint(0.02) as url, recipe_for(url, requests) as recipe:
            out, draw = recipe.parent / "run", random.Random()
            workers = [start(recipe, out, "--shards", SHARDS) for _ in range(WORKERS)]
            moments = sorted(draw.randrange(requests // 20, requests * 9 // 10) for _ in range(each))
            for moment in moments:
                wait_for(url, moment, lambda: any(worker.poll() is None for worker in workers))  # noqa: B023
                victim = draw.choice([worker for worker in workers if worker.poll() is None] or workers)
                victim.kill()
                victim.wait()
                workers.append(start(recipe, out, "--shards", SHARDS))
            for worker in workers:
                worker.wait()
            while run(recipe, out, "--shards", SHARDS)["done"] < SHARDS:
                pass
            report(recipe, out, url, requests, expected, each * CONCURRENCY)


def ray_kills(requests: int, times: int) -> None:
    """A worker, a node and the driver are killed at random moments of each run."""
    from pluriset.tests.builders.execution.test_on_ray import Driver, three_nodes

    expected = one_process(requests)
    with three_nodes() as cluster:
        for _ in range(times):
            with endpoint(0.02) as url, recipe_for(url, requests) as recipe:
                out, draw = recipe.parent / "run", random.Random()
                driver = Driver(cluster, recipe, out, SHARDS)
                moments = sorted(draw.randrange(requests // 20, requests * 9 // 10) for _ in range(3))
                for moment, what in zip(moments, draw.sample(["worker", "node", "driver"], 3), strict=True):
                    wait_for(url, moment, lambda: driver.process.poll() is None)  # noqa: B023
                    driver.kill(what, draw)
                assert driver.process.wait() in (0, 1)
                report(recipe, out, url, requests, expected, (2 + NODES) * CONCURRENCY)


def cost(requests: int) -> None:
    """CPU of ours for each request that is sent: of one process, and of all processes of Ray, once they are started."""
    from pluriset.tests.builders.execution.test_on_ray import Driver, three_nodes

    with endpoint(0.05) as url, recipe_for(url, requests) as recipe:
        loop = start(recipe, recipe.parent / "loop", "--shards", 1)
        print(f"plain loop: {each_request(url, requests, lambda: process_cpu(loop.pid)):.2f} ms a request", flush=True)
        loop.wait()
    with three_nodes() as cluster, endpoint(0.05) as url, recipe_for(url, requests) as recipe:
        driver = Driver(cluster, recipe, recipe.parent / "ray", NODES)
        of_all = each_request(url, requests, ray_cpu)
        of_driver = process_cpu(driver.process.pid)
        print(f"Ray: {of_all:.2f} ms a request in workers and raylets; driver {of_driver:.1f} s in all", flush=True)
        driver.process.wait()


def each_request(url: str, requests: int, cpu: Callable[[], float]) -> float:
    """Milliseconds of CPU for each of the requests between the first fifth and the last tenth."""
    wait_for(url, requests // 5, lambda: True)
    first, before = answered(url), cpu()
    wait_for(url, requests * 9 // 10, lambda: True)
    return (cpu() - before) / (answered(url) - first) * 1000


def memory(requests: int) -> None:
    """Peak memory of the process that writes the tables and of its largest child, and their CPU."""
    with recipe_for(None, requests) as recipe:
        out = recipe.parent / "run"
        shards = max(1, requests // SHARD_REQUESTS)
        run(recipe, out, "--shards", shards)
        script = (
            "import json,resource,sys,pluriset,time;t=time.time();"
            "pluriset.build(pluriset.recipe(sys.argv[1]),sys.argv[2]);"
            "u=[resource.getrusage(w) for w in (resource.RUSAGE_SELF,resource.RUSAGE_CHILDREN)];"
            "print(json.dumps([time.time()-t,*(x.ru_maxrss/1024 for x in u),sum(x.ru_utime+x.ru_stime for x in u)]))"
        )
        done = subprocess.run([sys.executable, "-c", script, recipe, out], stdout=subprocess.PIPE, check=True)
        seconds, own, child, cpu = json.loads(done.stdout.splitlines()[-1])
        print(
            f"{requests:,} requests in {shards} shards: tables in {seconds:.0f} s, {own:.0f} MB, largest child "
            f"{child:.0f} MB, {cpu / requests * 1000:.2f} ms CPU a request",
            flush=True,
        )


def texts(count: int) -> None:
    """Near-duplicates among texts of thirty words, one in twenty of which repeats its neighbour but for one word."""
    with tempfile.TemporaryDirectory(prefix="scale-") as folder, connect(f"{folder}/texts.duckdb") as connection:
        connection.execute(TEXTS.format(count=count))
        before, start = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
        with using(connection):
            pairs = similar_pairs(connection.table("texts"), 0.7).aggregate("count(*)").fetchall()[0][0]
        used, seconds = resource.getrusage(resource.RUSAGE_SELF), time.monotonic() - start
        cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        print(
            f"{count:,} texts, {pairs:,} pairs: {seconds:.0f} s, {cpu / count * 1e6:.0f} µs CPU a text, "
            f"{used.ru_maxrss / 1024:.0f} MB ({before.ru_maxrss / 1024:.0f} before)",
            flush=True,
        )


def ray_cpu() -> float:
    """CPU seconds of every worker, raylet and server of Ray that lives."""
    total = 0.0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if any(part in line for part in (b"ray::", b"raylet/raylet", b"gcs_server", b"default_worker.py")):
            total += process_cpu(int(path.parent.name))
    return total


def process_cpu(pid: int) -> float:
    """CPU seconds of a process; 0 if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run one of the benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["kills", "ray-kills", "cost", "memory", "texts"])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--texts", type=int, default=2_000_000)
    parser.add_argument("--times", type=int, default=10)
    given = parser.parse_args()
    actions: dict[str, Callable[[], None]] = {
        "kills": lambda: kills(given.requests, given.times, 4),
        "ray-kills": lambda: ray_kills(given.requests, given.times),
        "cost": lambda: cost(given.requests),
        "memory": lambda: memory(given.requests),
        "texts": lambda: texts(given.texts),
    }
    actions[given.what]()


if __name__ == "__main__":
    main()
