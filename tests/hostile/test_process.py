"""In one process: threads, event loops, forks and repeated calls leak neither memory nor files nor threads."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

import pluriset
from pluriset.builders.storage import run_folder
from pluriset.schemas.errors import PlurisetError, RunError
from pluriset.tests.builders.conftest import written
from pluriset.tests.builders.making import made
from pluriset.tests.cards.conftest import small_tables
from pluriset.tests.cards.publishing.conftest import made as finished

SEEDS = ["Telling a hard truth", "Keeping found money"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text("id,text,label\n" + "".join(f"{n},text {n},{'yes' if n % 2 else 'no'}\n" for n in range(40)))
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished(tmp_path_factory.mktemp("run") / "one", small_tables())


def held() -> tuple[int, int, int]:
    """Open files, threads, and resident memory in KB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return len([*Path("/proc/self/fd").iterdir()]), threading.active_count(), pages * resource.getpagesize() // 1024


def flat(call: Callable[[], object], times: int, spare_kb: int) -> None:
    """Call once to load what is loaded once, then many times."""
    for _ in range(max(2, times // 10)):
        call()
    files, threads, memory = held()
    for _ in range(times):
        call()
    after = held()
    assert after[0] <= files and after[1] <= threads
    assert after[2] - memory < spare_kb, f"{after[2] - memory:,} KB more after {times} calls"


def test_loads_leave_nothing_behind(run: Path) -> None:
    def load() -> None:
        dataset = pluriset.load(run)
        assert len([*dataset.rows("situations")]) == 3
        dataset.duckdb("annotations").fetchall()

    flat(load, 20, 40_000)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_hundred_validations_loads_and_builds_leave_nothing_behind(data: Path, run: Path, tmp_path: Path) -> None:
    recipe = written(tmp_path, SEEDS)
    flat(lambda: pluriset.load(run).polars("situations").collect(), 100, 60_000)
    flat(lambda: pluriset.validate(data), 100, 100_000)
    flat(lambda: made(recipe, tmp_path / "again"), 100, 100_000)


def test_failing_calls_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_bytes(b'"' * 1000)
    (tmp_path / "bad.parquet").write_bytes(b"PAR1" * 20)

    def fail() -> None:
        for path in tmp_path.iterdir():
            with suppress(PlurisetError):
                pluriset.validate(path)

    flat(fail, 10, 40_000)


def test_threads_validate_side_by_side(data: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        reports = [*pool.map(lambda _: pluriset.validate(data).model_dump(), range(2))]
    assert all(report == reports[0] for report in reports)


async def test_calls_work_where_an_event_loop_runs(data: Path, tmp_path: Path) -> None:
    recipe = written(tmp_path, SEEDS)
    assert sum(pluriset.validate(data).rows.values()) == 40
    assert made(recipe, tmp_path / "run").tables["situations"].rows == len(SEEDS)
    both = [asyncio.to_thread(made, recipe, tmp_path / f"run{n}") for n in range(2)]
    assert [manifest.tables["situations"].rows for manifest in await asyncio.gather(*both)] == [2, 2]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_validates(data: Path) -> None:
    assert pluriset.validate(data).rows == {"data": 40}
    if (child := os.fork()) == 0:
        os._exit(0 if pluriset.validate(data).rows == {"data": 40} else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_two_builds_of_one_run_in_one_process_are_refused_like_two_processes(tmp_path: Path) -> None:
    recipe = pluriset.recipe(written(tmp_path, SEEDS))
    out = tmp_path / "run"
    with run_folder.opened(out, recipe):
        for build in (lambda: made(recipe, out), lambda: pluriset.build(recipe, out)):
            with pytest.raises(RunError, match=f"process {os.getpid()}"):
                build()
        with ThreadPoolExecutor(1) as pool, pytest.raises(RunError, match="another build"):
            pool.submit(made, recipe, out).result()
    assert made(recipe, out).tables["situations"].rows == len(SEEDS)
