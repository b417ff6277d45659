"""Starts the annotation server of a run, and says who may use it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from filelock import FileLock, Timeout

from ...schemas.errors import DataError, RunError
from ...schemas.run_layout import ANSWERS, BATCHES
from .people import People, default_folder
from .requests import Requests
from .server import Pages, Server
from .slots import Slots, slots

LOOPBACK = "127.0.0.1"
LOCK = ".lock"


@dataclass(frozen=True)
class Link:
    """How a person gets in; it is shown once and can be made anew."""

    annotator: str
    person: str | None
    url: str


def people_of(run: Path, folder: Path | None) -> People:
    """The people of a run, recorded in a folder outside of it."""
    return People(folder or default_folder(run), run)


def invite(run: Path, people: People, names: list[str], url: str, days: float) -> list[Link]:
    """A link for each name: of the annotator who has it already, else the next free one. Raises `RecipeError`."""
    known, links = slots(run), []
    for name in names:
        annotator = _annotator_for(name, known, people)
        links.append(Link(annotator, name, _link(url, people.invite(annotator, days, name))))
    return links


def first_links(run: Path, people: People, url: str, days: float) -> list[Link]:
    """A link for every annotator who never had one."""
    missing = [annotator for annotator in slots(run).annotators if annotator not in people.all()]
    return [Link(annotator, None, _link(url, people.invite(annotator, days))) for annotator in missing]


def serve(
    run: Path,
    people: People,
    pages: Pages,
    host: str,
    port: int,
    url: str | None,
    pilot: int | None,
    ready: Callable[[str], None],
) -> None:
    """Serve until interrupted; `ready` is called with the address. Raises `DataError` if nothing waits for people."""
    requests = Requests(run, pilot)
    if not requests.annotators():
        raise DataError(
            "no requests wait for people",
            where=str(run),
            hint="`pluriset build` writes them; it says so when it stops for people",
        )
    with only_server(run):
        asyncio.run(_serve(requests, slots(run), people, pages, host, port, url, ready))


def address(host: str, port: int) -> str:
    """The address of a server as a browser writes it."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}" + ("" if port == 80 else f":{port}")


async def _serve(
    requests: Requests,
    known: Slots,
    people: People,
    pages: Pages,
    host: str,
    port: int,
    url: str | None,
    ready: Callable[[str], None],
) -> None:
    server = Server(requests, known, people, pages, url or address(host, port))
    runner = web.AppRunner(server.app(), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise RunError("cannot serve", where=f"{host}:{port}", got=error.strerror, hint="choose --port") from None
        ready(server.url)
        await _until_stopped()
    finally:
        await runner.cleanup()


async def _until_stopped() -> None:
    """Wait for Ctrl-C or a request to end."""
    stopped = asyncio.Event()
    with suppress(NotImplementedError):  # Windows
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    await stopped.wait()


@contextmanager
def only_server(run: Path) -> Iterator[None]:
    """Keep a second server from writing the same answers. Raises `RunError`."""
    folder = run / BATCHES / ANSWERS
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise RunError("an annotation server works in this run", where=str(run)) from None
    try:
        yield
    finally:
        lock.release()


def _annotator_for(name: str, known: Slots, people: People) -> str:
    recorded = people.all()
    if (same := next((one.annotator for one in recorded.values() if one.name == name), None)) is not None:
        return same
    if name in known.annotators:
        return name
    free = [annotator for annotator in known.annotators if annotator not in recorded]
    given = {annotator: recorded[annotator] for annotator in known.annotators if annotator in recorded}
    unopened = [annotator for annotator, one in given.items() if not (one.name or one.session or one.withdrawn)]
    if not (free or unopened):
        raise DataError(
            "no annotator is left for another person",
            where=str(known.recipe.file),
            got=name,
            expected=f"at most {len(known.annotators)} people",
            hint="give the panel of the recipe a larger `n`, and build again",
        )
    return (free or unopened)[0]


def _link(url: str, token: str) -> str:
    return f"{url}/enter/{token}"
