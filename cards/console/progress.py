"""Progress of a build: a live bar on a terminal, a line now and then elsewhere, JSON lines with `--json`."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...schemas.progress import Status, Watch

INTERVAL = 15.0
"""Seconds between two lines when stderr is not a terminal."""
URGENT = re.compile(r"stopping|.* paused for ")
"""Beginnings of messages that are printed at once."""
Render = Callable[["Status", float], str]
"""Turns a status and the answer tokens per second into a line."""


@contextmanager
def watching(as_json: bool) -> Iterator[Watch]:
    """A function that prints each status it is called with, to stderr."""
    if sys.stderr.isatty() and not as_json:
        with _live() as watch:
            yield watch
    else:
        yield _lines(_json_line if as_json else _text_line)


def _lines(render: Render) -> Watch:
    """Print a line every `INTERVAL` seconds, and at once when a teacher is paused or the run stops."""
    start = last = time.monotonic()
    urgent: set[str] = set()

    def watch(status: Status) -> None:
        nonlocal last, urgent
        now, before = time.monotonic(), urgent
        urgent = {match[0] for message in status.messages if (match := URGENT.match(message))}
        if now - last >= INTERVAL or urgent - before:
            last = now
            print(render(status, status.sent_tokens / max(now - start, 1e-9)), file=sys.stderr, flush=True)

    return watch


@contextmanager
def _live() -> Iterator[Watch]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    bar = [TextColumn("seeds"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn()]
    facts = TextColumn("{task.fields[facts]}", markup=False)
    with Progress(*bar, facts, console=Console(stderr=True)) as progress:
        task, start = progress.add_task("seeds", facts=""), time.monotonic()

        def watch(status: Status) -> None:
            speed = status.sent_tokens / max(time.monotonic() - start, 1e-9)
            progress.update(task, completed=status.seeds_done, total=status.seeds, facts=_facts(status, speed))

        yield watch


def _facts(status: Status, speed: float) -> str:
    parts = [f"{status.sent:,} sent", f"{status.cached:,} cached", f"{status.in_flight} in flight"]
    parts += [f"{speed:,.0f} tokens/s"] if status.sent_tokens else []
    parts += [f"{status.usd:,.4f} USD"] if status.usd is not None else []
    parts += [f"{status.failed:,} failed"] if status.failed else []
    parts += [f"{status.pending:,} pending"] if status.pending else []
    frequent = sorted(status.rejects.items(), key=lambda item: -item[1])[:3]
    return ", ".join([*parts, *(f"{count:,} {reason}" for reason, count in frequent), *status.messages])


def _text_line(status: Status, speed: float) -> str:
    return f"seeds {status.seeds_done:,} of {status.seeds:,}: {_facts(status, speed)}"


def _json_line(status: Status, speed: float) -> str:
    """The fields of a `Status`, and the answer tokens per second."""
    facts: dict[str, Any] = {field.name: getattr(status, field.name) for field in fields(status)}
    facts["rejects"] = dict(status.rejects)
    facts["spent"] = [
        {"role": role, "teacher": teacher, "answers": s.answers, "input": s.input_tokens, "output": s.output_tokens}
        for (role, teacher), s in sorted(status.spent.items())
    ]
    return json.dumps({"progress": facts | {"tokens_per_second": round(speed, 1)}})
