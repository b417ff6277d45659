"""The Hub on loopback, over real HTTP, with large files as git LFS has them: `python -m pluriset.tests.servers.hub`.

Clients need HF_ENDPOINT, a token of `TOKENS`, and HF_HUB_DISABLE_XET=1.
"""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import unquote

from aiohttp import web

from .hub_files import LargeFiles
from .hub_repository import Blob, Entry, Refused, Repository, upload_mode, yaml_errors

WRITE, READ = "hf_writes", "hf_reads"
TOKENS = {WRITE: "write", READ: "read"}
SPACES = ("me", "org")
"""Namespaces in which the tokens may make repositories."""
PAGE = 1000
"""Entries of a page of a tree."""
DATE = "2026-01-02T03:04:05.000Z"
Fault = int | Literal["hang", "drop", "deaf", "gated"]
"""Answer with a status instead; never answer; cut the connection before, or after the work was done."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Hub:
    """Serves from a thread of its own. `faults` says by the name of a route what goes wrong there."""

    def __init__(self, port: int = 0) -> None:
        self.repositories: dict[str, Repository] = {}
        self.files = LargeFiles(lambda request: self._repository(request, write=True))
        self.faults: dict[str, Fault] = {}
        self.called: list[str] = []
        self._port, self._ready, self._loop = port, threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        """HF_ENDPOINT for clients."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def cdn(self) -> str:
        """Large files lie on another host, as clients take it."""
        return f"http://localhost:{self._port}/_cdn"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the server does not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        app = web.Application(client_max_size=2**30)
        for method, path, handler in self._routes():
            for each in (method, "HEAD") if method == "GET" else (method,):
                app.router.add_route(each, path, self._guarded(handler))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        self._port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    def _routes(self) -> list[tuple[str, str, Handler]]:
        api, git = "/api/datasets/{ns}/{name}", "/datasets/{ns}/{name}.git/info/lfs/objects"
        return [
            ("POST", "/api/repos/create", self.create),
            ("DELETE", "/api/repos/delete", self.delete),
            ("GET", "/api/whoami-v2", self.whoami),
            ("POST", "/api/validate-yaml", self.validate_yaml),
            ("POST", api + "/preupload/{rev}", self.preupload),
            ("POST", git + "/batch", self.files.batch),
            ("POST", git + "/verify", self.files.verify),
            ("PUT", "/_lfs/{oid}", self.files.put),
            ("PUT", "/_lfs/{oid}/{part}", self.files.put),
            ("POST", "/_lfs/{oid}/complete", self.files.complete),
            ("POST", api + "/commit/{rev}", self.commit),
            ("GET", api, self.info),
            ("GET", api + "/revision/{rev}", self.info),
            ("GET", api + "/tree/{rev}", self.tree),
            ("GET", api + "/tree/{rev}/{path:.+}", self.tree),
            ("POST", api + "/paths-info/{rev}", self.paths_info),
            ("GET", api + "/refs", self.refs),
            ("GET", api + "/commits/{rev}", self.commits),
            ("POST", api + "/tag/{rev}", self.tag),
            ("DELETE", api + "/tag/{rev}", self.untag),
            ("GET", "/datasets/{ns}/{name}/resolve/{rev}/{path:.+}", self.resolve),
            ("GET", "/{ns}/{name}/resolve/{rev}/{path:.+}", self.resolve),
            ("GET", "/_cdn/{oid}", self.files.download),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            name = handler.__name__
            self.called.append(name)
            fault = self.faults.get(name)
            try:
                if isinstance(fault, int):
                    raise Refused(fault, "the test says so")
                if fault == "gated":
                    raise Refused(403, "Access to this model is restricted", "GatedRepo")
                if fault == "hang":
                    await self._stop.wait()
                answer = await handler(request) if fault != "drop" else None
                if answer is None or fault in ("drop", "deaf"):
                    assert request.transport is not None
                    request.transport.abort()
                return answer or web.Response()
            except Refused as no:
                code = {"X-Error-Code": no.code} if no.code else {}
                headers = {**code, "X-Error-Message": " ".join(no.message.split())}
                return web.json_response({"error": no.message}, status=no.status, headers=headers)

        return guarded

    def _may(self, request: web.Request, write: bool = False) -> None:
        """The token is one of ours, if there is one or one is needed."""
        said = request.headers.get("Authorization", "")
        right = TOKENS.get(said.removeprefix("Bearer "))
        if said and right is None:
            raise Refused(401, "Invalid credentials in Authorization header")
        if write and right is None:
            raise Refused(401, "Invalid username or password.")
        if write and right != "write":
            raise Refused(403, "you must use a write token to upload to a repository")

    def _repository(self, request: web.Request, write: bool = False) -> Repository:
        self._may(request, write)
        found = self.repositories.get(f"{request.match_info['ns']}/{request.match_info['name']}")
        anonymous = "Authorization" not in request.headers
        if found is None or (found.private and anonymous):
            raise Refused(401 if anonymous else 404, "Repository not found", "RepoNotFound")
        return found

    async def create(self, request: web.Request) -> web.Response:
        self._may(request, write=True)
        said = await request.json()
        owner = said.get("organization") or SPACES[0]
        if owner not in SPACES:
            raise Refused(403, f"You don't have the rights to create a dataset under the namespace {owner!r}")
        if said.get("type") != "dataset":
            raise Refused(400, "this server keeps datasets")
        known = {"id": f"{owner}/{said['name']}", "url": f"{self.url}/datasets/{owner}/{said['name']}"}
        if known["id"] in self.repositories:
            return web.json_response({"error": "You already created this dataset repo", **known}, status=409)
        private = said.get("visibility") == "private" or bool(said.get("private"))
        self.repositories[known["id"]] = Repository(known["id"], private)
        return web.json_response({**known, "name": known["id"]})

    async def delete(self, request: web.Request) -> web.Response:
        self._may(request, write=True)
        said = await request.json()
        if self.repositories.pop(f"{said.get('organization') or SPACES[0]}/{said['name']}", None) is None:
            raise Refused(404, "Repository not found", "RepoNotFound")
        return web.json_response({})

    async def whoami(self, request: web.Request) -> web.Response:
        if "Authorization" not in request.headers:
            raise Refused(401, "Invalid username or password.")
        self._may(request)
        return web.json_response({"type": "user", "name": SPACES[0], "orgs": [{"name": SPACES[1]}], "auth": {}})

    async def validate_yaml(self, request: web.Request) -> web.Response:
        errors = [{"message": error} for error in yaml_errors((await request.json())["content"])]
        return web.json_response({"errors": errors, "warnings": []}, status=400 if errors else 200)

    async def preupload(self, request: web.Request) -> web.Response:
        repository, files = self._repository(request, write=True), (await request.json())["files"]
        if len(files) > 256:
            raise Refused(400, "at most 256 files at once")
        tree = repository.tree(_revision(request))
        return web.json_response({"files": [_mode(file, tree.get(file["path"])) for file in files]})

    async def commit(self, request: web.Request) -> web.Response:
        repository = self._repository(request, write=True)
        if "ndjson" not in request.headers.get("Content-Type", ""):
            raise Refused(400, "a commit is application/x-ndjson")
        lines = [json.loads(line) for line in (await request.read()).splitlines()]
        pull = "create_pr" in request.query
        name, oid = repository.commit(_revision(request), lines, self.files.kept, pull)
        at = f"{self.url}/datasets/{repository.id}"
        pulled = {"pullRequestUrl": f"{at}/discussions/{name.rpartition('/')[2]}"} if pull else {}
        return web.json_response({"success": True, "commitOid": oid, "commitUrl": f"{at}/commit/{oid}", **pulled})

    async def info(self, request: web.Request) -> web.Response:
        repository = self._repository(request)
        sha = repository.resolve(_revision(request))
        siblings = [{"rfilename": path} for path in sorted(repository.commits[sha].tree)]
        facts = {"id": repository.id, "sha": sha, "siblings": siblings, "private": repository.private, "gated": False}
        dates = {"lastModified": DATE, "createdAt": DATE}
        return web.json_response({**facts, **dates, "tags": [], "disabled": False, "downloads": 0, "likes": 0})

    async def tree(self, request: web.Request) -> web.Response:
        path, recursive = request.match_info.get("path", ""), request.query.get("recursive") in ("true", "True", "1")
        found = self._repository(request).entries(_revision(request), path.rstrip("/"), recursive)
        start = int(request.query.get("cursor", 0))
        following = request.url.update_query(cursor=str(start + PAGE))
        link = {"Link": f'<{following}>; rel="next"'} if len(found) > start + PAGE else {}
        return web.json_response(found[start : start + PAGE], headers=link)

    async def paths_info(self, request: web.Request) -> web.Response:
        repository = self._repository(request)
        tree = repository.tree(_revision(request))
        known = {str(parent) for path in tree for parent in _parents(path)} | set(tree)
        asked = [str(path) for path in (await request.post()).getall("paths", [])]
        return web.json_response([repository.entry(tree, path) for path in asked if path in known])

    async def refs(self, request: web.Request) -> web.Response:
        found = self._repository(request).refs.items()
        kinds = {"branches": "heads", "tags": "tags", "pullRequests": "pr", "converts": "convert"}
        named = {kind: [_ref(n, at) for n, at in found if n.startswith(f"refs/{k}/")] for kind, k in kinds.items()}
        return web.json_response(named)

    async def commits(self, request: web.Request) -> web.Response:
        history = self._repository(request).history(_revision(request))
        said = [{"id": oid, "title": commit.title, "message": commit.message} for oid, commit in history]
        return web.json_response([{**each, "date": DATE, "authors": [{"user": SPACES[0]}]} for each in said])

    async def tag(self, request: web.Request) -> web.Response:
        self._repository(request, write=True).tag(_revision(request), (await request.json())["tag"])
        return web.json_response({})

    async def untag(self, request: web.Request) -> web.Response:
        if self._repository(request, write=True).refs.pop(f"refs/tags/{_revision(request)}", None) is None:
            raise Refused(404, "no such tag", "RevisionNotFound")
        return web.json_response({})

    async def resolve(self, request: web.Request) -> web.Response:
        repository, path = self._repository(request), request.match_info["path"]
        sha = repository.resolve(_revision(request))
        blob, at = repository.file(sha, path), {"X-Repo-Commit": sha}
        if not blob.large:
            return self.files.ranged(request, blob.data, {**at, "ETag": f'"{blob.oid}"'})
        linked = {"X-Linked-Etag": f'"{blob.sha256}"', "X-Linked-Size": str(len(blob.data))}
        return web.Response(status=302, headers={**at, **linked, "Location": f"{self.cdn}/{blob.sha256}"})


def _revision(request: web.Request) -> str:
    return unquote(request.match_info.get("rev", "main"))


def _mode(file: Entry, there: Blob | None) -> Entry:
    mode = upload_mode(file["path"], file["size"], base64.b64decode(file["sample"]))
    oid = {"oid": there.sha256 if there.large else there.oid} if there else {}
    return {"path": file["path"], "uploadMode": mode, "shouldIgnore": False, **oid}


def _ref(name: str, at: str) -> Entry:
    return {"name": name.split("/", 2)[2], "ref": name, "targetCommit": at}


def _parents(path: str) -> list[Any]:
    return ["/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 1)]


if __name__ == "__main__":
    with Hub() as server:
        print(server.url, flush=True)
        threading.Event().wait()
