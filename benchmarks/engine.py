"""What durable asking costs: CPU of an ask, speed of a replay, memory of an answer. `python benchmarks/engine.py`

The teacher is simulated and answers at once, so that all the time is ours. Beside each number stands what the same
loop costs without us: bare calls of that teacher, bare reading of the same journal.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from pluriset.builders.asking.ask import Ask
from pluriset.builders.asking.engine import Engine
from pluriset.builders.asking.journal_reader import JournalReader
from pluriset.builders.asking.question import Answerer
from pluriset.builders.execution.seed import run_to_end
from pluriset.builders.storage.journal import Journal
from pluriset.builders.teachers import Teacher
from pluriset.schemas.request import Completion, Message, Prompt, Request
from pluriset.schemas.rows.shared import Annotator

ASKS = 20_000
REPLAYS = 100_000
AT_ONCE = 64
FEW, MANY = 10_000, 1_000_000
SYSTEM = Message("system", "You judge a value, right or duty in a situation. " * 12)


class Simulated(Teacher):
    """Answers at once."""

    concurrency: int = AT_ONCE

    async def complete(self, request: Request) -> Completion:
        """The same answer to everything."""
        await asyncio.sleep(0)
        return Completion('{"relevance": "yes", "valence": "supports"}', "stop", 250, 15, "simulated")

    def model_name(self) -> str:
        """Not a model."""
        return "simulated"


class Judgement(BaseModel):
    """What is asked for."""

    relevance: Literal["yes", "no", "abstain"]
    valence: Literal["supports", "opposes", "either", "abstain"]


def prompt(number: int) -> Prompt:
    """A prompt of about 700 characters."""
    return Prompt((SYSTEM, Message("user", f"Situation: number {number}\nvalue: Honesty")), 60)


@contextmanager
def engine(folder: Path, kind: type[JournalReader] = Engine) -> Iterator[JournalReader]:
    """An engine, or a reader of its journal, with one simulated annotator."""
    journal = Journal(folder)
    who = Answerer(Annotator(annotator_id="main", kind="model"), "main", Simulated())
    yield kind(journal, {"judge": [who]})
    journal.close()


async def spread(one: Callable[[int], object], count: int) -> None:
    """Call for every number, so many at once."""
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await one(number)  # type: ignore[misc]

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU."""
    before = time.process_time()
    work()
    return time.process_time() - before


def asking(folder: Path) -> None:
    """CPU of an ask that is paid."""
    teacher = Simulated()
    bare = cpu(lambda: asyncio.run(spread(lambda i: teacher.complete(Request(prompt(i).messages, {}, 60, i)), ASKS)))
    with engine(folder) as ours:
        durable = cpu(lambda: asyncio.run(spread(lambda i: Ask(ours, str(i))(prompt(i), Judgement, "judge"), ASKS)))
    print(f"ask      {(durable - bare) / ASKS * 1e3:.3f} ms of CPU above the bare call ({bare / ASKS * 1e3:.3f} ms)")


def replaying(folder: Path) -> None:
    """Answers a second of the final replay."""
    with engine(folder) as ours:
        asyncio.run(spread(lambda i: Ask(ours, str(i))(prompt(i), Judgement, "judge"), REPLAYS))
    start = time.perf_counter()
    with engine(folder, JournalReader) as ours:
        for number in range(REPLAYS):
            run_to_end(Ask(ours, str(number))(prompt(number), Judgement, "judge"))
    wall = time.perf_counter() - start
    start = time.perf_counter()
    for line in (folder / "00001.jsonl").open():
        Judgement.model_validate_json(
            json.loads(line).get("answer", {}).get("text", '{"relevance":"no","valence":"either"}')
        )
    bare = time.perf_counter() - start
    print(
        f"replay   {REPLAYS / wall:,.0f} answers a second; bare reading and parsing of the file {REPLAYS / bare:,.0f}"
    )


def remembering() -> None:
    """Memory of an answer: what the peak grows by from few to many answers, each size in a process of its own."""
    few, many = (
        int(subprocess.run([sys.executable, __file__, "memory", str(n)], capture_output=True, check=True).stdout)
        for n in (FEW, MANY)
    )
    each, sizes = (many - few) / (MANY - FEW), f"{few / 1e6:.0f} MB at {FEW:,}, {many / 1e6:.0f} MB at {MANY:,}"
    print(f"memory   {each:.0f} bytes an answer ({sizes})")


def memory(count: int) -> None:
    """Peak memory of writing, indexing and replaying so many answers."""
    with tempfile.TemporaryDirectory() as folder:
        for live in (True, False):
            _all(Path(folder), live, count)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def _all(folder: Path, live: bool, count: int) -> None:
    """Write so many answers, or read them all."""
    with engine(folder) as ours:
        for number in range(count):
            if live:
                ours.journal.add_answer(number.to_bytes(16), {"text": "{}", "finish": "stop"}, {"seed": str(number)})
            elif ours.journal.answer(number.to_bytes(16)) is None:
                raise RuntimeError("lost")


def main() -> None:
    """All three."""
    if sys.argv[1:2] == ["memory"]:
        return memory(int(sys.argv[2]))
    for measure in (asking, replaying):
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder) / "journal")
    return remembering()


if __name__ == "__main__":
    main()
