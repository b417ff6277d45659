"""A build on Ray, over real raylets of one machine, of which some are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.builders.asking.budget import Cost
from pluriset.builders.execution.coordinator import Coordinator
from pluriset.builders.storage import lease
from pluriset.builders.storage.journal import Journal
from pluriset.builders.storage.shard import Shard
from pluriset.schemas.recipe import Budget
from pluriset.schemas.run_layout import SHARDS
from pluriset.tests.builders.execution.test_sharded import CONCURRENCY, respond
from pluriset.tests.builders.making import made, parquet_files
from pluriset.tests.servers.scripted_openai import ScriptedServer

pytest.importorskip("ray", reason="ray is not installed")
import ray
from ray.cluster_utils import Cluster

from pluriset.builders.execution import ray_worker

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
Write = Callable[..., Path]
NODES = 3


@contextmanager
def three_nodes() -> Iterator[Cluster]:
    """Three nodes of one worker each; the driver runs on the first."""
    running = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    for _ in range(NODES - 1):
        running.add_node(num_cpus=1)
    running.wait_for_nodes()
    try:
        yield running
    finally:
        running.shutdown()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with three_nodes() as running:
        yield running


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


class Driver:
    """`pluriset build --on ray` in a process of its own, and what can be killed under it."""

    def __init__(self, cluster: Cluster, recipe: Path, out: Path, shards: int) -> None:
        self.cluster, self.out = cluster, out
        options = ["--out", str(out), "--on", "ray", "--shards", str(shards)]
        self.command = [sys.executable, "-m", "pluriset.cli", "build", str(recipe), *options]
        self.start()

    def start(self) -> None:
        """Start it, or start it again."""
        log = (self.out.parent / "driver.log").open("a")
        environment = {**os.environ, "RAY_ADDRESS": self.cluster.address}
        self.process = subprocess.Popen(self.command, env=environment, stdout=log, stderr=log)
        log.close()

    def workers(self) -> list[int]:
        """The processes that hold shards."""
        return [claim.pid for claim in lease.working(self.out / SHARDS).values()]

    def kill(self, what: str, draw: random.Random) -> None:
        """Kill one of the workers, a node other than that of the driver, or the driver, with SIGKILL."""
        if what == "worker":
            for pid in draw.sample(workers := self.workers(), min(1, len(workers))):
                with suppress(ProcessLookupError):
                    os.kill(pid, 9)
        elif what == "node":
            node = draw.choice(list(self.cluster.worker_nodes))
            os.kill(node.all_processes["raylet"][0].process.pid, 9)
            self.cluster.remove_node(node, allow_graceful=False)
            self.cluster.add_node(num_cpus=1)
        else:
            self.process.kill()
            self.process.wait()
            self.start()


def shards_of(recipe: Path, out: Path, folder: Path, of: int, limits: Budget | None = None) -> Any:
    """Tasks that build every shard, with the coordinator of a run in `out`; the nodes look for it in `folder`."""
    coordinator = ray.remote(Coordinator).remote(out, limits or Budget(), Cost())
    task = ray.remote(ray_worker.build_shard).options(num_cpus=1, max_retries=0)
    job = ray_worker.Job(pluriset.recipe(recipe), folder, "launch")
    return coordinator, [task.remote(job, Shard(number, of), coordinator) for number in range(of)]


def check_survived(recipe: Path, out: Path, requested: Counter[int], most_twice: int) -> None:
    """Nothing was lost, paid twice at most so often, and the tables are those of one process."""
    assert sum(requested.values()) - len(requested) <= most_twice
    assert made(recipe, out).books.requests.sent == 0
    made(recipe, out.parent / "one")
    assert parquet_files(out) == parquet_files(out.parent / "one")


def test_a_build_on_ray_survives_a_killed_worker(
    recipe: Write, tmp_path: Path, server: ScriptedServer, cluster: Cluster
) -> None:
    teacher = {"openai": {"model": "m", "revision": "1", "base_url": server.url, "concurrency": CONCURRENCY}}
    path, out = recipe([f"Situation number {i}" for i in range(48)], teachers={"main": teacher}), tmp_path / "run"
    driver = Driver(cluster, path, out, 6)
    while len(server.requests) < 40:
        assert driver.process.poll() is None, (tmp_path / "driver.log").read_text()
        time.sleep(0.01)
    driver.kill("worker", random.Random())
    assert driver.process.wait() == 0, (tmp_path / "driver.log").read_text()
    check_survived(path, out, Counter(body["seed"] for body in server.requests), CONCURRENCY)


def test_a_build_on_ray_survives_killed_workers_nodes_and_drivers(
    recipe: Write, tmp_path: Path, server: ScriptedServer, cluster: Cluster
) -> None:
    teacher = {"openai": {"model": "m", "revision": "1", "base_url": server.url, "concurrency": CONCURRENCY}}
    path, out = recipe([f"Situation number {i}" for i in range(400)], teachers={"main": teacher}), tmp_path / "run"
    driver, draw = Driver(cluster, path, out, 16), random.Random(random.randrange(10**6))
    for number, what in enumerate(("worker", "node", "driver"), 1):
        while len(server.requests) < number * 300 + draw.randrange(100):
            assert driver.process.poll() is None, (tmp_path / "driver.log").read_text()
            time.sleep(0.01)
        driver.kill(what, draw)
    assert driver.process.wait() == 0, (tmp_path / "driver.log").read_text()
    check_survived(path, out, Counter(body["seed"] for body in server.requests), (2 + NODES) * CONCURRENCY)


def test_workers_that_do_not_see_the_disk_send_their_answers_to_the_driver(
    recipe: Write, tmp_path: Path, cluster: Cluster
) -> None:
    path, out = recipe([f"Situation number {i}" for i in range(40)]), tmp_path / "run"
    with ray.init(cluster.address, log_to_driver=False):
        _, tasks = shards_of(path, out, tmp_path / "elsewhere" / "run", 3)
        ray.get(tasks)
        for segment in sorted((out / "journal").iterdir())[:1]:
            segment.unlink()
        coordinator, again = shards_of(path, out, tmp_path / "elsewhere" / "run", 3)
        ray.get(again)
        statuses = ray.get(coordinator.statuses.remote())
    assert sum(status.cached for status in statuses) > sum(status.sent for status in statuses) > 0
    check_survived(path, out, Counter(), 0)


def test_ctrl_c_finishes_what_is_in_flight_on_every_node(
    recipe: Write, tmp_path: Path, server: ScriptedServer, cluster: Cluster
) -> None:
    teacher = {"openai": {"model": "m", "revision": "1", "base_url": server.url, "concurrency": CONCURRENCY}}
    path, out = recipe([f"Situation number {i}" for i in range(400)], teachers={"main": teacher}), tmp_path / "run"
    driver = Driver(cluster, path, out, 8)
    while len(server.requests) < 100:
        assert driver.process.poll() is None, (tmp_path / "driver.log").read_text()
        time.sleep(0.01)
    driver.process.send_signal(signal.SIGINT)
    assert driver.process.wait() == 130, (tmp_path / "driver.log").read_text()
    with closing(Journal(out / "journal")) as journal:
        assert len(journal) == len(server.requests) < 1600


def test_all_workers_together_keep_the_budget(
    recipe: Write, tmp_path: Path, server: ScriptedServer, cluster: Cluster
) -> None:
    teacher = {"openai": {"model": "m", "revision": "1", "base_url": server.url, "concurrency": CONCURRENCY}}
    budget = {"tokens": 7_000}
    path = recipe([f"Situation number {i}" for i in range(200)], teachers={"main": teacher}, budget=budget)
    driver = Driver(cluster, path, tmp_path / "run", 6)
    assert driver.process.wait() == 4, (tmp_path / "driver.log").read_text()
    assert 0 < 10 * len(server.requests) <= budget["tokens"], "an answer has ten tokens"
