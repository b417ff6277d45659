"""Large files as the Hub takes and gives them: git LFS in one piece or in parts, and reading by range."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from aiohttp import web

from .hub_repository import Entry, Refused, Repository

PART = 2**22
"""Bytes from which, and in which, a large file comes in parts."""


class LargeFiles:
    """Contents by sha256. `writes` is the repository of a request that may write to it."""

    def __init__(self, writes: Callable[[web.Request], Repository]) -> None:
        self.kept: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.sent: list[int] = []
        """Bytes of each answer that held a file or a part of one."""
        self._writes = writes

    async def batch(self, request: web.Request) -> web.Response:
        repository, said = self._writes(request), await request.json()
        repository.resolve(said.get("ref", {}).get("name", "main"))
        if said["operation"] != "upload" or said["hash_algo"] != "sha256":
            raise Refused(422, "not an upload by sha256")
        at, multipart = str(request.url.origin()), "multipart" in said["transfers"]
        verify = {"href": f"{at}/datasets/{repository.id}.git/info/lfs/objects/verify"}
        uploads = {each["oid"]: self._upload(f"{at}/_lfs/{each['oid']}", each, multipart) for each in said["objects"]}
        actions = {oid: {"actions": {"upload": to, "verify": verify}} for oid, to in uploads.items() if to}
        return web.json_response({"objects": [{**each, **actions.get(each["oid"], {})} for each in said["objects"]]})

    def _upload(self, url: str, said: Entry, multipart: bool) -> Entry | None:
        """Where to send a file, or its parts; nowhere, if it is here."""
        if said["oid"] in self.kept:
            return None
        if not multipart or said["size"] <= PART:
            return {"href": url}
        parts = {f"{n:05d}": f"{url}/{n}" for n in range(1, 1 + -(-said["size"] // PART))}
        return {"href": f"{url}/complete", "header": {"chunk_size": str(PART), **parts}}

    async def put(self, request: web.Request) -> web.Response:
        oid, data = request.match_info["oid"], await request.read()
        if (part := request.match_info.get("part")) is None:
            self.keep(oid, data)
            return web.Response()
        self.parts.setdefault(oid, {})[int(part)] = data
        return web.Response(headers={"ETag": _etag(data)})

    async def complete(self, request: web.Request) -> web.Response:
        oid, said = request.match_info["oid"], await request.json()
        parts = self.parts.pop(oid, {})
        sent = {n: _etag(data) for n, data in parts.items()}
        if said["oid"] != oid or {part["partNumber"]: part["etag"] for part in said["parts"]} != sent:
            raise Refused(400, "the parts are not those that were sent")
        self.keep(oid, b"".join(parts[n] for n in sorted(parts)))
        return web.json_response({})

    async def verify(self, request: web.Request) -> web.Response:
        self._writes(request)
        said = await request.json()
        if len(self.kept.get(said["oid"], b"")) != said["size"]:
            raise Refused(422, f"{said['oid']} has another size")
        return web.json_response({})

    def keep(self, oid: str, data: bytes) -> None:
        if hashlib.sha256(data).hexdigest() != oid:
            raise Refused(400, f"the content is not {oid}")
        self.kept[oid] = data

    async def download(self, request: web.Request) -> web.Response:
        oid = request.match_info["oid"]
        if (data := self.kept.get(oid)) is None:
            raise Refused(404, "no such object")
        return self.ranged(request, data, {"ETag": f'"{oid}"'})

    def ranged(self, request: web.Request, data: bytes, headers: dict[str, str]) -> web.Response:
        """All of a file, or the part of it that is asked for."""
        headers = {**headers, "Accept-Ranges": "bytes"}
        start, stop, _ = request.http_range.indices(len(data))
        if request.method == "GET":
            self.sent.append(stop - start)
        if "Range" not in request.headers:
            return web.Response(body=data, headers=headers)
        if start >= len(data):
            return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
        return web.Response(status=206, body=data[start:stop], headers=headers)


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data).hexdigest()}"'
