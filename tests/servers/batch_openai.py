"""OpenAI's batch API on loopback, over real HTTP: a batch ends when the test says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from pluriset.tests.servers.scripted_openai import ScriptedServer

Lines = bytes


class BatchServer(ScriptedServer):
    """Answers a whole batch file with `answer`: the lines of its output file and of its error file."""

    def __init__(self, answer: Callable[[Lines], tuple[Lines, Lines]]) -> None:
        super().__init__()
        self.answer, self.status = answer, "in_progress"
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}

    def routes(self, app: web.Application) -> None:
        app.router.add_post("/v1/files", self._upload)
        app.router.add_post("/v1/batches", self._create)
        app.router.add_get("/v1/batches", self._list)
        app.router.add_get("/v1/batches/{id}", self._retrieve)
        app.router.add_get("/v1/files/{id}/content", self._content)

    async def _upload(self, request: web.Request) -> web.Response:
        self.headers.append(dict(request.headers))
        form = await request.post()
        file = form["file"]
        assert form["purpose"] == "batch" and isinstance(file, web.FileField)
        return web.json_response({"id": self._keep(file.file.read()), "object": "file", "filename": file.filename})

    async def _create(self, request: web.Request) -> web.Response:
        order = await request.json()
        if order["endpoint"] != "/v1/chat/completions" or order["input_file_id"] not in self.files:
            return web.json_response({"error": {"message": "no such file or endpoint"}}, status=400)
        batch = {"id": f"batch_{len(self.batches) + 1}", "object": "batch", "status": "validating", **order}
        self.batches[batch["id"]] = batch
        return web.json_response(batch)

    async def _list(self, request: web.Request) -> web.Response:
        newest = list(reversed(self.batches.values()))[: int(request.query["limit"])]
        return web.json_response({"object": "list", "data": newest})

    async def _retrieve(self, request: web.Request) -> web.Response:
        batch = self.batches[request.match_info["id"]]
        if self.status in ("completed", "expired") and batch["status"] != self.status:
            output, errors = map(self._keep, self.answer(self.files[batch["input_file_id"]]))
            batch |= {"output_file_id": output, "error_file_id": errors}
        batch["status"] = self.status
        return web.json_response(batch)

    async def _content(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["id"]])

    def _keep(self, content: bytes) -> str:
        name = f"file_{len(self.files) + 1}"
        self.files[name] = content
        return name
