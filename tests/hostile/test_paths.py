"""Links, pipes, devices and names that climb are refused before anything is read or written."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import pluriset
from pluriset.schemas.errors import PlurisetError
from pluriset.schemas.recipe import Recipe
from pluriset.tests.cards.conftest import small_tables
from pluriset.tests.cards.publishing.conftest import made

SECRET = "root-only-secret"
SHARD = "data/situations/train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("run") / "one", small_tables())


@pytest.fixture
def run(one: Path, tmp_path: Path) -> Path:
    return shutil.copytree(one, tmp_path / "run")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "secret.csv").write_text(f"id,text\n1,{SECRET}\n")
    return folder


def pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def lead(path: Path, to: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(to)


IN_A_RUN: dict[str, Callable[[Path, Path], None]] = {
    "shard that is a link": lambda run, out: lead(run / SHARD, out / "secret.csv"),
    "shard that is a pipe": lambda run, _: pipe(run / SHARD),
    "shard that is a device": lambda run, _: lead(run / SHARD, Path("/dev/zero")),
    "data that lie elsewhere": lambda run, out: lead(run / "data", out),
    "table that lies elsewhere": lambda run, out: lead(run / "data" / "situations", out),
    "journal that lies elsewhere": lambda run, out: lead(run / "journal", out),
    "report that is a pipe": lambda run, _: pipe(run / "report.json"),
    "card that is a pipe": lambda run, _: pipe(run / "README.md"),
    "card that is a device": lambda run, _: lead(run / "README.md", Path("/dev/zero")),
    "plots that lie elsewhere": lambda run, out: lead(run / "plots", out),
    "lock that is a link": lambda run, out: lead(run / ".lock", out / "secret.csv"),
    "link to the root": lambda run, _: lead(run / "all", Path("/")),
}
USES: dict[str, Callable[[Path, Path], object]] = {
    "load": lambda run, _: pluriset.load(run),
    "validate": lambda run, _: pluriset.validate(run),
    "save": lambda run, _: pluriset.validate(run, save=True),
    "publish": lambda run, out: pluriset.publish(run, out / "target"),
    "export": lambda run, out: pluriset.export(run, "valueprism", out / "target"),
    "card": lambda run, _: pluriset.card(run),
    "why": lambda run, _: pluriset.why(run, "situations", "s0"),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("what", IN_A_RUN)
def test_a_run_that_leads_out_is_refused(what: str, use: str, run: Path, secret: Path, tmp_path: Path) -> None:
    before = (secret / "secret.csv").read_text()
    IN_A_RUN[what](run, secret)
    with pytest.raises(PlurisetError) as error:
        USES[use](run, tmp_path)
    assert SECRET not in str(error.value) and (secret / "secret.csv").read_text() == before
    assert not (tmp_path / "target").exists()


def test_a_manifest_that_is_no_file_is_refused(run: Path) -> None:
    pipe(run / "manifest.json")
    with pytest.raises(PlurisetError):
        pluriset.load(run)
    lead(run / "manifest.json", Path("/dev/zero"))
    with pytest.raises(PlurisetError):
        pluriset.load(run)


def test_what_leads_out_of_a_folder_is_not_read(tmp_path: Path, secret: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "own.csv").write_text("id,text\n1,a\n2,b\n")
    lead(folder / "secret.csv", secret / "secret.csv")
    lead(folder / "more", secret)
    lead(folder / "endless.csv", Path("/dev/zero"))
    pipe(folder / "pipe.csv")
    pipe(folder / "README.md")
    pipe(folder / "pluriset.yaml")
    report = pluriset.validate(folder)
    assert report.rows == {"own": 2} and SECRET not in report.model_dump_json()
    assert [f.count for f in report.findings if f.check == "reader.outside"] == [1]


@pytest.mark.parametrize("name", ["pipe.csv", "device.csv", "pipe.yaml", "folder.csv"])
def test_what_is_no_file_is_not_opened(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.mkdir() if "folder" in name else lead(path, Path("/dev/zero")) if "device" in name else pipe(path)
    for use in (pluriset.validate, pluriset.load, pluriset.recipe, lambda path: pluriset.validate(path, checks=path)):
        with pytest.raises(PlurisetError):
            use(path)


@pytest.mark.parametrize(
    "files",
    [
        "../elsewhere/secret.csv",
        "/etc/passwd",
        "https://example.org/a.csv",
        "a/../../elsewhere/*.csv",
        "file:///etc/passwd",
    ],
)
def test_a_card_cannot_name_files_elsewhere(tmp_path: Path, secret: Path, files: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "own.csv").write_text("id,text\n1,a\n")
    for key, value in (("data_files", files), ("data_dir", files)):
        (folder / "README.md").write_text(f"---\nconfigs: {json.dumps([{'config_name': 'a', key: value}])}\n---\n")
        with pytest.raises(PlurisetError, match="leads out"):
            pluriset.validate(folder)


NAMES = ["../../evil", "/etc/evil", "a/b", "..", "a\0b", "a\nb", "CON", "../" * 12 + "evil", "x" * 300, "é" * 200]


@pytest.mark.parametrize("name", NAMES[:4] + [pytest.param(name, marks=pytest.mark.slow) for name in NAMES[4:]])
def test_names_of_tables_write_no_files_elsewhere(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "in" / "folder"
    folder.mkdir(parents=True)
    (folder / "own.csv").write_text("id,text\n1, a\n2,b \n")
    config = {"config_name": name, "data_files": [{"split": name, "path": "own.csv"}]}
    (folder / "README.md").write_text(f"---\nconfigs: {json.dumps([config])}\n---\n")
    inside = {path for path in tmp_path.rglob("*") if "out" not in path.parts}
    for use in (
        lambda: pluriset.validate(folder, out=tmp_path / "in" / "out"),
        lambda: pluriset.repair(folder, tmp_path / "in" / "out" / "repaired"),
    ):
        try:
            use()
        except PlurisetError as error:
            assert str(error)
    written = {path for path in tmp_path.rglob("*") if not path.is_relative_to(tmp_path / "in" / "out")}
    assert written == inside


def test_a_file_is_replaced_and_never_written_through_a_link(tmp_path: Path, secret: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "own.csv").write_text("id,text\n1,a\n2,b\n")
    before = (secret / "secret.csv").read_text()
    for name in (".pluriset.yaml.new", "pluriset.yaml"):
        lead(folder / name, secret / "missing.yaml")
    try:
        pluriset.describe(folder)
    except PlurisetError as error:
        assert str(error)
    assert [path.name for path in secret.iterdir()] == ["secret.csv"]
    assert (secret / "secret.csv").read_text() == before


def test_a_build_into_a_folder_that_leads_out_is_refused(tmp_path: Path, secret: Path) -> None:
    (tmp_path / "seeds.csv").write_text("text\na\n")
    recipe = pluriset.recipe({
        "name": "a", "license": "cc0-1.0", "source": {"file": {"path": str(tmp_path / "seeds.csv"), "text": "text"}},
        "teachers": {"main": {"scripted": {"path": str(tmp_path / "seeds.csv")}}},
        "roles": {"write": "main", "judge": "main"}, "family": "values",
    })  # fmt: skip
    assert isinstance(recipe, Recipe)
    for name in ("journal", ".building", ".lock", "data", "recipe.yaml"):
        run = tmp_path / f"run-{name}"
        lead(run / name, secret)
        with pytest.raises(PlurisetError):
            pluriset.build(recipe, run)
    assert [path.name for path in secret.iterdir()] == ["secret.csv"]
