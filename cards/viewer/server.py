"""A server on loopback that answers the page of the viewer; it reads only, and says nothing to other origins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from importlib import resources
from ipaddress import ip_address
from socket import gethostname
from typing import Any

import duckdb
from aiohttp import web
from pydantic_core import to_json

from ...schemas.errors import PlurisetError, RunError
from ..pages.base import HEADERS, render, stylesheet
from .browser import Browser

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ASSETS = resources.files(__package__) / "assets"
TYPES = {".mjs": "text/javascript", ".css": "text/css"}
QUESTIONS = ("items", "distributions", "groups", "rows", "counts", "failing", "why")
"""Questions that take the query of the address."""
PLAIN_QUESTIONS = ("about", "index", "checks", "figures")
"""Questions that take nothing."""


def application(browser: Browser, host: str) -> web.Application:
    """The pages and questions of one dataset, for requests to this host alone."""
    app = web.Application(middlewares=[_guard(host)])
    app.router.add_get("/", _page(browser))
    app.router.add_get("/base.css", _text(stylesheet(), ".css"))
    for name in asset_names():
        app.router.add_get(f"/{name}", _text(read_asset(name), name[name.rindex(".") :]))
    for question in QUESTIONS:
        app.router.add_get(f"/api/{question}", _answer(getattr(browser, question), with_query=True))
    for question in PLAIN_QUESTIONS:
        app.router.add_get(f"/api/{question}", _answer(getattr(browser, question), with_query=False))
    app.router.add_get(r"/api/item/{number:\d{1,9}}", _of_item(browser.item))
    app.router.add_get(r"/api/problems/{number:\d{1,9}}", _of_item(browser.problems))

    async def prepared(_: web.Application) -> AsyncIterator[None]:
        preparing = asyncio.create_task(asyncio.to_thread(browser.prepare))
        yield
        await asyncio.gather(preparing, return_exceptions=True)

    app.cleanup_ctx.append(prepared)
    return app


def asset_names() -> list[str]:
    """The scripts and stylesheets of the viewer."""
    return sorted(file.name for file in ASSETS.iterdir() if file.name.endswith((*TYPES,)))


def read_asset(name: str) -> str:
    """The text of a script or stylesheet."""
    return (ASSETS / name).read_text(encoding="utf-8")


def _guard(host: str) -> Any:
    """Refuses requests that name another host, which is how a page elsewhere would reach a server on loopback."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_ours(request.headers.get("Host", ""), host):
            return web.Response(status=421, text="This server answers to its own address alone.", headers=HEADERS)
        try:
            response = await handler(request)
        except web.HTTPException as error:
            return web.Response(status=error.status, text=error.reason, headers=HEADERS)
        response.headers.update(HEADERS)
        return response

    return guard


def _is_ours(named: str, host: str) -> bool:
    """Whether a request names this server: by its own name, or by an address that it listens on."""
    name = named.rpartition(":")[0] if ":" in named and not named.endswith("]") else named
    name = name.strip("[]").lower()
    try:
        address = ip_address(name)
    except ValueError:
        return name in ("localhost", host.lower(), gethostname().lower())
    return address.is_loopback or name == host or not _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _page(browser: Browser) -> Handler:
    html = render(browser.collection.name, styles=["base.css", "viewer.css"], scripts=["served.mjs"])
    return _text(html, ".html")


def _text(text: str, suffix: str) -> Handler:
    kind = TYPES.get(suffix, "text/html")

    async def handle(_: web.Request) -> web.Response:
        return web.Response(text=text, content_type=kind, charset="utf-8")

    return handle


def _answer(ask: Callable[..., Any], with_query: bool) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        return await _json(ask, *([dict(request.query)] if with_query else []))

    return handle


def _of_item(ask: Callable[[int], Any]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        return await _json(ask, int(request.match_info["number"]))

    return handle


async def _json(ask: Callable[..., Any], *arguments: Any) -> web.Response:
    """The answer, computed in a thread; what the reader asked wrongly is a 400 that says why."""
    try:
        body, status = to_json(await asyncio.to_thread(ask, *arguments)), 200
    except PlurisetError as error:
        body, status = to_json({"error": str(error)}), 400
    except duckdb.Error as error:
        body, status = to_json({"error": str(error).partition("\n")[0]}), 400
    return web.Response(body=body, status=status, content_type="application/json", charset="utf-8")


def serve(browser: Browser, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Answer until Ctrl-C; `announce` is called with the address once the server answers.

    Raises `RunError` if it cannot listen there.
    """
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(browser, host, port, announce))


async def _serve(browser: Browser, host: str, port: int, announce: Callable[[str], None]) -> None:
    runner = web.AppRunner(application(browser, host), access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            got, hint = error.strerror or str(error), "leave out --port to take a free one"
            raise RunError("the server cannot listen", where=f"{host}:{port}", got=got, hint=hint) from None
        bound = runner.addresses[0][1]
        announce(f"http://{f'[{host}]' if ':' in host else host}:{bound}/")
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
