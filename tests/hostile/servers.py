"""A server on loopback that lies in one way on every path, over real HTTP."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import Awaitable, Callable
from functools import cache
from types import TracebackType
from typing import Self

from aiohttp import web

MIB = 2**20
COMPLETION = {"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}], "model": "m"}


@cache
def packed() -> bytes:
    """64 MB of white space."""
    return gzip.compress(b" " * 64 * MIB, 9)


class LyingServer:
    """Serves from a thread of its own; keeps the headers of every request."""

    def __init__(self, lie: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        self.lie, self.headers, self.sent = lie, list[dict[str, str]](), 0
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the server does not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        app = web.Application(client_max_size=2**30)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.headers.append(dict(request.headers))
        return await self.lie(request)


async def _send(request: web.Request, chunk: bytes, times: int, **headers: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={name.replace("_", "-"): value for name, value in headers.items()})
    await response.prepare(request)
    try:
        for _ in range(times):
            await response.write(chunk)
    except (ConnectionError, asyncio.CancelledError):
        pass
    return response


async def endless(request: web.Request) -> web.StreamResponse:
    """Never stops to send."""
    return await _send(request, b" " * 2**16, 10**9)


async def large(request: web.Request) -> web.StreamResponse:
    """100 MB of white space in front of an answer."""
    return await _send(request, b" " * MIB, 100, Content_Type="application/json")


async def bomb(request: web.Request) -> web.StreamResponse:
    """A small answer that unpacks to 64 MB."""
    return web.Response(body=packed(), headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})


async def no_gzip(request: web.Request) -> web.StreamResponse:
    """Says that it is packed, and is not."""
    return web.Response(body=b"plain", headers={"Content-Encoding": "gzip"})


async def cut_short(request: web.Request) -> web.StreamResponse:
    """Announces more than it sends."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"choices": [')
    assert request.transport is not None
    request.transport.abort()
    return response


async def html(request: web.Request) -> web.StreamResponse:
    """The page of a proxy."""
    return web.Response(text="<html><title>Sign in\x1b[31m</title></html>" * 1000, content_type="text/html")


async def long_headers(request: web.Request) -> web.StreamResponse:
    """More headers than anybody needs."""
    return web.Response(text="{}", headers={f"X-{n}": "y" * 8000 for n in range(200)})


async def cookies(request: web.Request) -> web.StreamResponse:
    """An answer that sets cookies."""
    response = web.json_response(COMPLETION)
    response.set_cookie("session", "tracked")
    return response


async def deep(request: web.Request) -> web.StreamResponse:
    """JSON that nests 200,000 levels deep."""
    return web.Response(text="[" * 200_000)


async def numbers(request: web.Request) -> web.StreamResponse:
    """Counts that no machine can hold."""
    return web.Response(text=json.dumps({**COMPLETION, "usage": {"prompt_tokens": 10**300, "completion_tokens": -1}}))


def redirecting(to: Callable[[], str]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Sends everybody elsewhere."""

    async def redirect(request: web.Request) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect(to())

    return redirect
