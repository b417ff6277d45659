"""How far a run is, while it asks: a live line on a terminal, and plain lines for what the user must know elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from . import terminal


@contextmanager
def watching(quiet: bool) -> Iterator[Callable[[Any], None] | None]:
    """What looks at the status of a run now and then; nobody looks if it is to be quiet."""
    console = terminal.console(stderr=True)
    if quiet:
        yield None
    elif console.is_terminal:
        with _bar(console) as watch:
            yield watch
    else:
        yield _plain()


@contextmanager
def _bar(console: Any) -> Iterator[Callable[[Any], None]]:
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    bar = [TextColumn("seeds"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn()]
    with Progress(*bar, TextColumn("{task.fields[facts]}"), console=console) as progress:
        task = progress.add_task("seeds", facts="")

        def watch(status: Any) -> None:
            facts = f"{status.paid:,} asked, {status.replayed:,} known, {status.in_flight} in flight"
            if status.failed or status.rejected:
                facts += f", {status.failed:,} failed, {status.rejected:,} seeds rejected"
            facts = "; ".join([facts, *status.says])
            progress.update(task, completed=status.seeds_done, total=status.seeds, facts=escape(terminal.clean(facts)))

        yield watch


def _plain() -> Callable[[Any], None]:
    """Says when a teacher is paused, and when it is not any more."""
    paused: set[str] = set()

    def watch(status: Any) -> None:
        now = {said.split(" paused for ")[0] for said in status.says if " paused for " in said}
        for said in status.says:
            if said.split(" paused for ")[0] in now - paused:
                click.echo(terminal.clean(f"teacher {said}"), err=True)
        paused.clear()
        paused.update(now)

    return watch
