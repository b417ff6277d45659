from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from pluriset.cards.viewer.browser import Browser
from pluriset.cards.viewer.server import _is_ours, application

Client = TestClient[web.Request, web.Application]


@pytest_asyncio.fixture
async def client(browse: Callable[..., Browser], finished: Callable[..., Path]) -> AsyncIterator[Client]:
    app = application(browse(finished()), "127.0.0.1")
    app.cleanup_ctx.clear()  # the index is there already
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client


async def test_pages_and_answers_have_a_policy_that_lets_nothing_in(client: Client) -> None:
    for path in ("/", "/base.css", "/served.mjs", "/api/about", "/api/items", "/nowhere"):
        response = await client.get(path)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize(
    "path",
    ["/../pyproject.toml", "/..%2f..%2fpyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../server.py", "/data",
     "/manifest.json", "/served.mjs%00.html", "/api/item/-1", "/api/item/0/../../x"],
)  # fmt: skip
async def test_nothing_but_the_page_is_served(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "169.254.169.254", ""])
async def test_requests_to_another_host_are_refused(client: Client, host: str) -> None:
    assert (await client.get("/api/about", headers={"Host": host})).status == 421


@pytest.mark.parametrize("host", ["localhost:1234", "127.0.0.1", "[::1]:80"])
async def test_every_name_of_this_machine_is_served(client: Client, host: str) -> None:
    assert (await client.get("/api/about", headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    ("named", "host", "ours"),
    [("192.0.2.7:80", "0.0.0.0", True), ("192.0.2.7:80", "127.0.0.1", False), ("evil.example", "0.0.0.0", False),
     ("data.example:80", "data.example", True)],
)  # fmt: skip
def test_a_server_for_others_answers_to_addresses_and_its_own_name(named: str, host: str, ours: bool) -> None:
    assert _is_ours(named, host) == ours


async def test_nothing_can_be_written(client: Client) -> None:
    for path in ("/", "/api/items", "/api/item/0"):
        assert (await client.post(path, data={"a": "b"})).status == 405
        assert (await client.delete(path)).status == 405


@pytest.mark.parametrize(
    "path", ["items?offset=x", "rows?name=nowhere", "groups?by=shoe", "item/99", "counts?name=situations&of=x"]
)
async def test_a_question_that_cannot_be_answered_says_why(client: Client, path: str) -> None:
    response = await client.get(f"/api/{path}")
    assert response.status == 400 and len((await response.json())["error"]) > 10
