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
    """Print a line every `INTERVAL` seconds, and at once at a pause, a stop or a new phase."""
    start = last = time.monotonic()
    urgent: set[str] = set()
    silent = True

    def watch(status: Status) -> None:
        nonlocal last, urgent, silent
        now, before = time.monotonic(), urgent
        urgent = {match[0] for message in status.messages if (match := URGENT.match(message))}
        # A build that was too short for a line of progress needs none for what follows.
        if now - last >= INTERVAL or urgent - before or (status.phase and not silent):
            last, silent = now, False
            print(render(status, status.sent_tokens / max(now - start, 1e-9)), file=sys.stderr, flush=True)

    return watch


@contextmanager
def _live() -> Iterator[Watch]:
    """One line that is rewritten with each status; pauses and the end are printed above it once."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console, start = Console(stderr=True), time.monotonic()
    with Live(Text(""), console=console, refresh_per_second=4, transient=False) as live:

        def watch(status: Status) -> None:
            live.update(Text(live_line(status, time.monotonic() - start, console.width), no_wrap=True))

        yield watch


def live_line(status: Status, elapsed: float, width: int) -> str:
    """A status in at most `width` columns: what matters least is left out first. `elapsed` is in seconds."""
    messages = [message for message in status.messages if URGENT.match(message)]
    done = f"{status.seeds_done:,}/{status.seeds:,} seeds"
    if messages:
        return f"{done}, {messages[0]}"[:width]
    if status.phase:
        return f"{done}, {status.phase}, {_clock(elapsed)}"[:width]
    speed = status.sent_tokens / max(elapsed, 1e-9)
    parts = [
        done,
        f"{status.sent:,} sent",
        f"{status.in_flight} in flight",
        f"{status.failed:,} failed" if status.failed else "",
        f"{status.cached:,} cached" if status.cached else "",
        f"ETA {_clock(elapsed / status.seeds_done * (status.seeds - status.seeds_done))}" if status.seeds_done else "",
        f"{status.usd:,.4f} USD" if status.usd is not None else "",
        f"{speed:,.0f} tokens/s" if status.sent_tokens else "",
        _clock(elapsed),
        *_frequent_rejects(status),
        *status.messages,
    ]
    line = ""
    for part in filter(None, parts):
        longer = f"{line}, {part}" if line else part
        line = longer if len(longer) <= width else line
    return line


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def _facts(status: Status, speed: float) -> str:
    parts = [f"{status.sent:,} sent", f"{status.cached:,} cached", f"{status.in_flight} in flight"]
    parts += [f"{speed:,.0f} tokens/s"] if status.sent_tokens else []
    parts += [f"{status.usd:,.4f} USD"] if status.usd is not None else []
    parts += [f"{status.failed:,} failed"] if status.failed else []
    parts += [f"{status.pending:,} pending"] if status.pending else []
    return ", ".join([*parts, *_frequent_rejects(status), *status.messages])


def _frequent_rejects(status: Status) -> list[str]:
    frequent = sorted(status.rejects.items(), key=lambda item: -item[1])[:3]
    return [f"{count:,} {reason}" for reason, count in frequent]


def _text_line(status: Status, speed: float) -> str:
    done = f"seeds {status.seeds_done:,} of {status.seeds:,}"
    return f"{done}: {status.phase or _facts(status, speed)}"


def _json_line(status: Status, speed: float) -> str:
    """The fields of a `Status`, and the answer tokens per second."""
    facts: dict[str, Any] = {field.name: getattr(status, field.name) for field in fields(status)}
    facts["rejects"] = dict(status.rejects)
    facts["spent"] = [
        {"role": role, "teacher": teacher, "answers": s.answers, "input": s.input_tokens, "output": s.output_tokens}
        for (role, teacher), s in sorted(status.spent.items())
    ]
    return json.dumps({"progress": facts | {"tokens_per_second": round(speed, 1)}})
