"""An OpenAI-compatible server on loopback that says what a test tells it, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self

from aiohttp import web

Body = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What is sent back, after so many seconds: an object as JSON, a string as it stands; or how it ends instead."""

    body: Any = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    ends: Literal["well", "hangs", "cut", "dropped"] = "well"
    after: float = 0.002  # so that requests meet


HANG, CUT, DROPPED = Reply(ends="hangs"), Reply(ends="cut"), Reply(ends="dropped")


def answer(text: str | None, finish: str = "stop", **message: Any) -> Reply:
    """A chat completion."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    return Reply({"object": "chat.completion", "model": "scripted-1", "choices": [choice], "usage": usage})


def failure(status: int, message: str = "no", **headers: str) -> Reply:
    """An error in OpenAI's shape; `Retry_After="7"` is the header Retry-After."""
    error = {"error": {"message": message, "type": "scripted", "param": None, "code": None}}
    return Reply(error, status, {name.replace("_", "-"): value for name, value in headers.items()})


class ScriptedServer:
    """Serves from a thread of its own. Says what is in `script`, then what `respond` makes of a request.

    `pages` says what is to be read below the base URL.
    """

    def __init__(self, respond: Callable[[Body], Reply] = lambda _: answer("{}")) -> None:
        self.respond, self.script = respond, deque[Reply]()
        self.pages: dict[str, Callable[[], Body]] = {}
        self.requests: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.most_at_once = self.now = 0
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the server does not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def routes(self, app: web.Application) -> None:
        """What is served."""
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/{page}", self._page)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        app = web.Application(client_max_size=2**26)
        self.routes(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        if (page := self.pages.get(request.match_info["page"])) is None:
            raise web.HTTPNotFound
        return web.json_response(page())

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        self.headers.append(dict(request.headers))
        self.requests.append(body := await request.json())
        self.now += 1
        self.most_at_once = max(self.most_at_once, self.now)
        try:
            return await self._send(request, self.script.popleft() if self.script else self.respond(body))
        finally:
            self.now -= 1

    async def _send(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        await asyncio.sleep(reply.after)
        if reply.ends == "hangs":
            await self._stop.wait()
        text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        if reply.ends == "well":
            return web.Response(text=text, status=reply.status, headers=reply.headers, content_type="application/json")
        response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
        if reply.ends == "cut":
            await response.prepare(request)
            await response.write(b'{"choices": [')
        assert request.transport is not None
        request.transport.abort()
        return response
