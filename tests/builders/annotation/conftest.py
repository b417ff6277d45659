import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from aiohttp import web

import pluriset
from pluriset.builders.annotation.people import People
from pluriset.builders.annotation.requests import Requests
from pluriset.builders.annotation.serve import first_links
from pluriset.builders.annotation.server import Server
from pluriset.builders.annotation.slots import slots
from pluriset.builders.assembly.materialize import write_tables
from pluriset.builders.execution.batch import Batches
from pluriset.builders.execution.run import opened
from pluriset.cards.annotation.pages import Pages
from pluriset.schemas.errors import Stopped
from pluriset.tests.builders.conftest import written

CONSENT = "Your answers are published under a pseudonym."
HUMAN = {"consent": CONSENT, "attributes": {"country": ["France", "Kenya"], "age_band": ["18-34", "35+"]}}


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Site:
    """A run with people, the server that asks them, and their links."""

    def __init__(self, folder: Path, people: int = 2, situations: int = 2, **human: Any) -> None:
        self.run, self.clock, self.url = folder / "run", Clock(), ""
        self.recipe_file = written(
            folder,
            [f"Situation number {i}" for i in range(situations)],
            teachers={"main": {"scripted": {"path": "answers.jsonl"}}, "people": {"human": {**HUMAN, **human}}},
            annotators={"panel": [{"teacher": "main"}, {"teacher": "people", "id": "p", "n": people}]},
            roles={"write": "main", "judge": "panel"},
            curation=[],
        )
        self.people = People(folder / "private", self.run, clock=self.clock)

    def build(self, without_answers: bool = False) -> Callable[[str], pl.DataFrame]:
        """Build as far as the tables, which the function that comes back reads; checks and card take longer."""
        with opened(pluriset.recipe(self.recipe_file), self.run) as run:
            batches = Batches(run, without_answers)
            batches.take()
            batches.ask(None, None)
            write_tables(run)
        return lambda table: pl.read_parquet(self.run / "data" / table / "*.parquet")

    def start(self) -> None:
        """Build until the run waits for people."""
        with pytest.raises(Stopped):
            self.build()

    def server(self, **options: Any) -> Server:
        return Server(Requests(self.run, **options), slots(self.run), self.people, Pages(), self.url, self.clock)

    @contextmanager
    def serving(self, **options: Any) -> Iterator[dict[str, str]]:
        """Annotator -> link, while the server runs in a thread."""
        with in_thread(lambda url: self._app(url, options)) as self.url:
            yield {link.annotator: link.url for link in first_links(self.run, self.people, self.url, days=1)}

    def _app(self, url: str, options: dict[str, Any]) -> web.Application:
        self.url = url
        return self.server(**options).app()


@contextmanager
def in_thread(make: Callable[[str], web.Application]) -> Iterator[str]:
    """Serve an application at a free port; its address."""
    loop, ready, addresses = asyncio.new_event_loop(), threading.Event(), list[str]()

    async def serve() -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        runner = web.AppRunner(make(url), access_log=None)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        addresses.append(url)
        ready.set()
        await stopping.wait()
        await runner.cleanup()

    stopping = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield addresses[0]
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    made.start()
    return made
