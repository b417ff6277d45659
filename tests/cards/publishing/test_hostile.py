from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

import pluriset
from pluriset.cards.loading.open import open_run
from pluriset.schemas.errors import PlurisetError
from pluriset.tests.servers.hub import WRITE, Hub
from pluriset.tests.servers.hub_repository import Blob, Repository

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")  # of the client, about itself

Copy = Callable[..., Path]
Change = Callable[[Path], object]
ID = "org/small"
SHARD = "data/situations/train-00000-of-00001.parquet"
BOMB = "---\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}' if n else 'x'] * 10)}]\n" for n in range(7)) + "---\n"


def manifest_with(**changes: Any) -> Change:
    """A manifest with other facts."""

    def change(folder: Path) -> None:
        path = folder / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


def shard(**changes: Any) -> Change:
    """A manifest that says something else of a shard."""

    def change(folder: Path) -> None:
        facts = json.loads((folder / "manifest.json").read_text())
        facts["tables"]["situations"]["splits"]["train"][0] |= changes
        (folder / "manifest.json").write_text(json.dumps(facts))

    return change


def raw(name: str, content: bytes, named: bool = False) -> Change:
    """A file with another content; `named` says that the manifest goes along with it."""

    def change(folder: Path) -> None:
        (folder / name).write_bytes(content)
        if named:
            facts = json.loads((folder / "manifest.json").read_text())
            digest = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            facts["files"] = [f | digest if f["path"] == name else f for f in facts["files"]]
            (folder / "manifest.json").write_text(json.dumps(facts))

    return change


def cut(folder: Path) -> None:
    (folder / SHARD).write_bytes((folder / SHARD).read_bytes()[:-9])


def flipped(folder: Path) -> None:
    data = bytearray((folder / SHARD).read_bytes())
    data[20] ^= 1
    (folder / SHARD).write_bytes(data)


def link(name: str, to: str) -> Change:
    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(to)

    return change


def without(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


def card(old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        said = (folder / "README.md").read_text()
        assert old in said
        (folder / "README.md").write_text(said.replace(old, new, 1))

    return change


def finding(folder: Path) -> None:
    report = json.loads((folder / "report.json").read_text())
    report["findings"].append(
        {"check": "x", "severity": "error", "rule": "X.", "table": "situations", "count": 1, "of": 3, "examples": []}
    )
    raw("report.json", json.dumps(report).encode(), named=True)(folder)


def without_licence(folder: Path) -> None:
    recipe = json.loads((folder / "manifest.json").read_text())["recipe"]
    manifest_with(recipe=recipe | {"license": ""})(folder)


RUNS: dict[str, tuple[Change, str]] = {
    "no manifest": (without("manifest.json"), "not complete"),
    "empty manifest": (raw("manifest.json", b""), "EOF"),
    "manifest of another encoding": (raw("manifest.json", "{}".encode("utf-16")), "Invalid JSON"),
    "manifest that nests": (raw("manifest.json", b"[" * 100_000), "recursion limit"),
    "manifest of another format": (manifest_with(format=99), "newer pluriset"),
    "manifest with more": (manifest_with(surprise=1), "unknown key"),
    "unknown family": (manifest_with(family="../values"), "unknown family"),
    "unknown table": (manifest_with(main_table="rejects"), "no such table"),
    "tables of a wrong type": (manifest_with(tables=[]), "should be an object"),
    "no licence": (without_licence, "not a licence id"),
    "climbing path": (shard(path="../../secret.parquet"), "unsafe path"),
    "absolute path": (shard(path="/etc/passwd"), "unsafe path"),
    "address for a path": (shard(path="https://example.org/a.parquet"), "unsafe path"),
    "missing shard": (shard(path="data/situations/other.parquet"), "a file is missing"),
    "size of a wrong type": (shard(bytes="many"), "valid integer"),
    "huge count": (shard(bytes=10**18), "another size"),
    "count beyond all": (raw("manifest.json", b'{"format": 1' + b"0" * 9999 + b"}"), "manifest.json"),
    "another sha256": (shard(sha256="0" * 64), "another sha256"),
    "shard cut short": (cut, "another size"),
    "shard changed": (flipped, "another sha256"),
    "recipe changed": (raw("recipe.yaml", b"name: other\n"), "another size"),
    "shard that leads out": (link(SHARD, "/etc/passwd"), "a link that leads out"),
    "plot that leads out": (link("plots/secret.png", "/etc/passwd"), "a link that leads out"),
    "error-level findings": (finding, "cannot be published"),
    "report that is none": (raw("report.json", b"{}", named=True), "required, but missing"),
    "no card": (without("README.md"), "missing file"),
    "card without a licence": (card("license: cc-by-4.0\n", ""), "license"),
    "card with another licence": (card("license: cc-by-4.0", "license: mit"), "not that of the recipe"),
    "card with a YAML bomb": (raw("README.md", BOMB.encode()), "too many values"),
    "card with a tag of Python": (raw("README.md", b"---\na: !!python/name:os.system\n---\n"), "python/name"),
    "card with a broken date": (raw("README.md", b"---\na: 2020-99-99\n---\n"), "not a YAML file"),
    "card that nests": (raw("README.md", b"---\na: " + b"[" * 9000 + b"\n---\n"), "nested too deeply"),
    "card that is not UTF-8": (raw("README.md", b"---\n\xff\xfe\n---\n"), "not UTF-8"),
    "card without end": (raw("README.md", b"x" * 1_000_001), "card too large"),
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_a_broken_run_is_one_error_and_nothing_is_sent(hub: Hub, copy: Copy, name: str) -> None:
    change, what = RUNS[name]
    change(folder := copy())
    with pytest.raises(PlurisetError, match=what):
        pluriset.publish(folder, ID)
    assert hub.called == []


PUBLISHED: dict[str, tuple[str, bytes, str]] = {
    "card with a YAML bomb": ("README.md", BOMB.encode(), "too many values"),
    "card that is not UTF-8": ("README.md", b"\xff\xfe\x00", "not UTF-8"),
    "card without end": ("README.md", b"x" * 1_000_001, "file too large to read"),
    "another dataset": ("manifest.json", b"", "the target holds another dataset"),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_hostile_repository_is_left_unchanged(hub: Hub, runs: dict[str, Path], name: str) -> None:
    path, content, what = PUBLISHED[name]
    if not content:
        facts = json.loads((runs["one"] / "manifest.json").read_text()) | {"name": "other"}
        content = json.dumps(facts).encode()
    hub.repositories[ID] = Repository(ID)
    hub.repositories[ID].commits[hub.repositories[ID].head].tree[path] = Blob(content)  # by git, unchecked
    before = dict(hub.repositories[ID].files)
    with pytest.raises(PlurisetError, match=what):
        pluriset.publish(runs["one"], ID)
    assert hub.repositories[ID].files == before


LOADED = [
    *("climbing path", "absolute path", "missing shard", "huge count", "another sha256", "unknown family"),
    *("manifest that nests", "manifest with more", "tables of a wrong type", "size of a wrong type"),
]


@pytest.mark.parametrize("name", LOADED)
def test_a_lying_repository_is_not_downloaded(
    hub: Hub, copy: Copy, runs: dict[str, Path], tmp_path: Path, name: str
) -> None:
    pluriset.publish(runs["one"], ID)
    change, what = RUNS[name]
    change(folder := copy())
    lie = CommitOperationAdd("manifest.json", (folder / "manifest.json").read_bytes())
    HfApi(endpoint=hub.url, token=WRITE).create_commit(ID, [lie], commit_message="a", repo_type="dataset")
    hub.called.clear()
    for stream in (False, True):
        with pytest.raises(PlurisetError, match=what):
            pluriset.load(ID, stream=stream)
    assert "download" not in hub.called
    assert not list((tmp_path / "cache").rglob("*.parquet"))


def test_a_repository_without_a_manifest_is_no_run(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID)
    gone = [CommitOperationDelete("manifest.json")]
    HfApi(endpoint=hub.url, token=WRITE).create_commit(ID, gone, commit_message="a", repo_type="dataset")
    with pytest.raises(PlurisetError, match="not published by pluriset"):
        open_run(ID)
    with pytest.raises(PlurisetError, match="only runs published by pluriset can be streamed"):
        pluriset.load(ID, stream=True)


def test_a_folder_with_symlinks_is_not_a_target(runs: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "data").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PlurisetError, match="a symlink in the folder"):
        pluriset.publish(runs["one"], tmp_path / "out")
    assert not list((tmp_path / "elsewhere").iterdir())
