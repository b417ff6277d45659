from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from pluriset.cards.readme.render import write
from pluriset.schemas.manifest import File
from pluriset.schemas.yaml_text import dump_yaml
from pluriset.tests.cards.conftest import (
    Tables,
    add_situation,
    manifest_of,
    report_of,
    small_tables,
    write_tables,
)
from pluriset.tests.servers.hub import WRITE, Hub
from pluriset.validators.validate import validate_run

Copy = Callable[..., Path]


def made(folder: Path, tables: Tables, checked: bool = False, **changes: Any) -> Path:
    """A finished run, made by hand; `checked` says that its report is what our checks say."""
    folder.mkdir()
    manifest = manifest_of(write_tables(folder, tables), **changes)
    (folder / "recipe.yaml").write_text(dump_yaml(manifest.recipe.model_dump(mode="json", exclude_unset=True)))
    (folder / "manifest.json").write_text(manifest.model_dump_json())
    report = validate_run(folder) if checked else report_of()
    (folder / "report.json").write_text(report.model_dump_json())
    write(folder, manifest, report)
    files = [described(folder, name) for name in ("recipe.yaml", "report.json")]
    (folder / "manifest.json").write_text(manifest.model_copy(update={"files": files}).model_dump_json())
    (folder / ".lock").touch()
    (folder / "journal").mkdir()
    (folder / "journal" / "00001.jsonl").write_text('{"digest": "00"}\n')
    return folder


def described(folder: Path, name: str) -> File:
    raw = (folder / name).read_bytes()
    return File(path=name, sha256=hashlib.sha256(raw).hexdigest(), bytes=len(raw))


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two runs of one dataset: `one`, and `two` with a situation more. Not to be changed."""
    room, more = tmp_path_factory.mktemp("runs"), {name: dict(splits) for name, splits in small_tables().items()}
    add_situation(more, 3, "test")  # type: ignore[arg-type]
    return {"one": made(room / "one", small_tables()), "two": made(room / "two", more)}


@pytest.fixture
def copy(runs: dict[str, Path], tmp_path: Path) -> Copy:
    """A copy of a run that may be changed."""

    def copied(name: str = "one") -> Path:
        return shutil.copytree(runs[name], tmp_path / f"copy-{name}")

    return copied


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A Hub on loopback, which this process uses with a token that may write."""
    with Hub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_TOKEN", WRITE)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        yield server
