"""Replays of shards in processes of their own, each a worker that is told one shard after another.

`python -m pluriset.builders.execution.shard_processes RECIPE RUN OUT` is such a worker: a line of its stdin names a
shard, and a line of its stdout is what the replay counted.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TypeAlias

from ...schemas.progress import Status, Watch
from ...schemas.run_layout import JOURNAL, RECIPE
from .. import PACKAGE
from ..asking.journal_reader import RequestCounts
from ..storage import recipe_file, run_folder
from ..storage.shard import Shard, shard_count
from .resolve import resolve
from .run import Run
from .shard_replay import ShardReplay, replay_shard
from .sharded import unshardable

WORTH_A_PROCESS = 16_000_000
"""Bytes of journal whose replay takes much longer than the start of a process."""
Worker: TypeAlias = "subprocess.Popen[str]"
ReplayShards = Callable[[Run, Sequence[Shard], Watch], list[ShardReplay]]
"""Replays every shard of a run, wherever it has the processes for it."""


def shards_to_replay(run: Run) -> list[Shard]:
    """The shards by which a run was built; none where it was built as a whole, or needs all seeds in one process."""
    of = shard_count(run.folder / JOURNAL)
    return [Shard(number, of) for number in range(of)] if of and not unshardable(run.crew) else []


def replay_shards(run: Run, shards: Sequence[Shard], watch: Watch) -> list[ShardReplay]:
    """Replay every shard, in as many processes as the machine has cores and the journal is worth."""
    out, total = run.building / "shards", sum(1 for _ in run.crew.seeds())
    size = sum(path.stat().st_size for path in (run.folder / JOURNAL).glob("*.jsonl"))
    processes = min(_cores(), len(shards), size // WORTH_A_PROCESS)
    replays: list[ShardReplay] = []
    for replay in _in_processes(run, shards, out, processes) if processes > 1 else _here(run, shards, out):
        replays.append(replay)
        watch(_status(replays, total))
    return replays


def _here(run: Run, shards: Sequence[Shard], out: Path) -> Iterator[ShardReplay]:
    return (replay_shard(run.crew, run.folder, shard, out) for shard in shards)


def _in_processes(run: Run, shards: Sequence[Shard], out: Path, processes: int) -> Iterator[ShardReplay]:
    """The replays as they are done. A shard that a process fails to replay is replayed here, which tells why."""
    out.mkdir(exist_ok=True)  # also the replay after the build sent what the first one lacked
    recipe = out / RECIPE
    recipe.write_text(recipe_file.dump(run_folder.portable(run.crew.recipe, out)), encoding="utf-8")
    command = [sys.executable, "-m", f"{PACKAGE}.execution.shard_processes", *map(str, (recipe, run.folder, out))]
    start = partial(
        subprocess.Popen, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    idle: SimpleQueue[Worker] = SimpleQueue()

    def replay(shard: Shard) -> ShardReplay | Shard:
        worker = idle.get()
        try:
            return _told(worker, shard) or shard
        finally:
            idle.put(worker)

    with ExitStack() as stack, ThreadPoolExecutor(processes) as pool:
        for _ in range(processes):
            idle.put(stack.enter_context(start(command)))
        for future in as_completed([pool.submit(replay, shard) for shard in shards]):
            done = future.result()
            yield replay_shard(run.crew, run.folder, done, out) if isinstance(done, Shard) else done


def _told(worker: Worker, shard: Shard) -> ShardReplay | None:
    """What a worker counted in a shard; None if it died or failed."""
    assert worker.stdin and worker.stdout
    with suppress(BrokenPipeError):
        worker.stdin.write(f"{shard.number} {shard.of}\n")
        worker.stdin.flush()
        if line := worker.stdout.readline():
            return ShardReplay.model_validate_json(line)
    return None


def _status(replays: Sequence[ShardReplay], total: int) -> Status:
    requests = sum((replay.requests for replay in replays), RequestCounts())
    return Status(
        seeds_done=sum(replay.seeds for replay in replays),
        seeds=total,
        requests=requests.total,
        cached=requests.cached,
        sent=0,
        failed=requests.failed,
        pending=0,
        in_flight=0,
        rejected=0,
        rejects={},
        spent={},
        usd=None,
        sent_tokens=0,
        phase="replaying shards",
    )


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main(recipe: str, run: str, out: str) -> None:
    """Replay the shards that stdin names."""
    crew, answers = resolve(recipe_file.read(Path(recipe))), os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    for line in sys.stdin:
        replay = replay_shard(crew, Path(run), Shard(*map(int, line.split())), Path(out))
        print(replay.model_dump_json(), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
