"""Endpoints and Hubs that lie cost bounded time and memory, and see no key that is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pluriset.builders.teachers.openai import OpenAI
from pluriset.schemas.bounds import bounds
from pluriset.schemas.errors import PlurisetError, TeacherError, TeacherUnavailable
from pluriset.tests.builders.teachers.verdict import ask
from pluriset.tests.hostile import servers
from pluriset.tests.hostile.servers import LyingServer
from pluriset.validators.readers import hub

KEY = "sk-secret-0123456789"
UNUSABLE = {
    lie.__name__: (lie, what)
    for lie, what in [
        (servers.endless, "too large"),
        (servers.large, "too large"),
        (servers.bomb, "too large"),
        (servers.no_gzip, "no answer"),
        (servers.cut_short, "no answer"),
        (servers.html, "no chat completion"),
        (servers.long_headers, "no "),
        (servers.deep, "no chat completion"),
    ]
}


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", KEY)


def teacher(server: LyingServer) -> OpenAI:
    return OpenAI(model="m", base_url=f"{server.url}/v1", api_key_env="A_KEY", timeout=20)


@pytest.mark.parametrize("name", UNUSABLE)
async def test_an_unusable_answer_is_read_no_further_than_its_bound(name: str, key: None) -> None:
    lie, what = UNUSABLE[name]
    with LyingServer(lie) as server, bounds(answer_bytes=2**20):
        asked = teacher(server)
        with pytest.raises(TeacherUnavailable, match=what) as error:
            await asked.complete(ask("?"))
        await asked.close()
    assert KEY not in str(error.value) and "\x1b" not in str(error.value) and len(str(error.value)) < 1000


async def test_cookies_are_not_kept_and_absurd_counts_are_unknown(key: None) -> None:
    with LyingServer(servers.cookies) as server:
        asked = teacher(server)
        for _ in range(2):
            assert (await asked.complete(ask("?"))).text == "{}"
        await asked.close()
    assert not any("Cookie" in headers for headers in server.headers)
    with LyingServer(servers.numbers) as server:
        asked = teacher(server)
        assert (await asked.complete(ask("?"))).input_tokens == 0
        await asked.close()


async def test_a_redirect_is_not_followed_and_carries_no_key(key: None) -> None:
    with LyingServer(servers.cookies) as other, LyingServer(servers.redirecting(lambda: other.url)) as server:
        asked = teacher(server)
        with pytest.raises(TeacherError):
            await asked.complete(ask("?"))
        await asked.probe()
        await asked.close()
    assert server.headers and not other.headers


@pytest.mark.parametrize("lie", [servers.endless, servers.bomb, servers.no_gzip, servers.html, servers.deep])
async def test_other_apis_of_an_endpoint_are_bounded_too(lie: Callable[..., object], key: None, tmp_path: Path) -> None:
    (tmp_path / "batch.jsonl").write_text("{}\n")
    with LyingServer(lie) as server, bounds(batch_bytes=2**20):  # type: ignore[arg-type]
        asked = OpenAI(model="m", base_url=f"{server.url}/v1", api_key_env="A_KEY", timeout=5)
        with pytest.raises(PlurisetError) as error:
            await asked.submit(tmp_path / "batch.jsonl")
    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    "lie", [servers.endless, servers.bomb, servers.no_gzip, servers.cut_short, servers.html, servers.deep]
)
def test_a_hub_that_lies_is_one_clear_error(
    lie: Callable[..., object], within: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    within(metadata_bytes=2**20)

    with LyingServer(lie) as server:  # type: ignore[arg-type]
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 2)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        with pytest.raises(PlurisetError):
            hub.download("org/name@main")
