from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable
from gzip import decompress
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import pluriset.cards.viewer
from pluriset.cards.viewer.browser import Browser
from pluriset.cards.viewer.export import export
from pluriset.cards.viewer.scripts import classic
from pluriset.cards.viewer.view import open_browser
from pluriset.schemas.errors import DataError, RunError

PART = re.compile(r'plurisetPart\("([\w-]+)", "([A-Za-z0-9+/=]+)"\);\n')
VENDORED = resources.files(pluriset.cards.viewer) / "vendor" / "hyparquet"


def part(folder: Path, name: str) -> Any:
    """The data of a script; it holds nothing else."""
    found = PART.fullmatch((folder / "data" / f"{name}.js").read_text())
    assert found and found[1] == name
    return json.loads(decompress(b64decode(found[2])))


@pytest.fixture
def unprepared(hostile: Path) -> Any:
    with open_browser(hostile) as browser:
        yield browser


def test_every_item_is_in_the_scripts_and_in_the_parquet_file_alike(unprepared: Browser, tmp_path: Path) -> None:
    done = export(unprepared, tmp_path / "out")
    about = part(tmp_path / "out", "about")
    assert done.items == about["total"] == 4
    items = [one for n in range(len(about["starts"])) for one in part(tmp_path / "out", f"items-{n}")]
    stored = pq.read_table(tmp_path / "out" / "data" / "items.parquet").to_pylist()
    assert [json.loads(row["record"]) for row in stored] == items
    assert items[0] == {**unprepared.item(0), "problems": unprepared.problems(0)}
    assert done.bytes == sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file())


def test_no_text_of_the_data_stands_in_the_page_or_its_scripts(unprepared: Browser, tmp_path: Path) -> None:
    export(unprepared, tmp_path / "out")
    for path in (tmp_path / "out").rglob("*.*"):
        if path.suffix in (".html", ".js", ".md", ".css") and path.is_file():
            assert "document.title='run'" not in path.read_text(), path


def test_a_page_beyond_its_declared_size_is_not_written(unprepared: Browser, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="too large"):
        export(unprepared, tmp_path / "out", max_bytes=100_000)
    assert not [*tmp_path.glob("out*")]


def test_only_a_folder_of_an_earlier_page_is_replaced(
    browse: Callable[..., Browser], unprepared: Browser, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="not empty"):
        export(unprepared, taken)
    assert (taken / "thesis.txt").read_text() == "mine"


def test_modules_become_one_script_without_imports() -> None:
    script = classic("exported.mjs")
    assert not re.search(r"^\s*(import|export)\b[^(]", script, re.MULTILINE)
    assert script.count('modules["dom.mjs"] = ') == 1


def test_scripts_hold_no_way_to_parse_html_or_to_reach_out() -> None:
    for name in (resources.files(pluriset.cards.viewer) / "assets").iterdir():
        text = name.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text), (
            name
        )
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), name


def test_vendored_files_are_listed_and_licensed() -> None:
    facts = json.loads((VENDORED / "VENDORED.json").read_text())
    assert facts["licence"] == "MIT" and (VENDORED / "LICENSE").is_file()
    digest = hashlib.sha256()
    for name in sorted(file.name for file in VENDORED.iterdir() if file.name.endswith(".js")):
        digest.update(name.encode() + (VENDORED / name).read_bytes())
    assert digest.hexdigest() == facts["sha256"]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("npm"), reason="there is no npm, with which the package is fetched")
def test_vendored_files_are_those_of_the_registry(tmp_path: Path) -> None:
    facts = json.loads((VENDORED / "VENDORED.json").read_text())
    command = ["npm", "pack", "--silent", f"{facts['name']}@{facts['version']}"]
    packed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    if packed.returncode:
        pytest.skip(f"npm cannot fetch the package: {packed.stderr.strip()[-200:]}")
    archive = tmp_path / packed.stdout.strip()
    assert facts["integrity"] == "sha512-" + b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    subprocess.run(["tar", "xzf", archive.name], cwd=tmp_path, check=True)
    theirs = {path.name: path.read_bytes() for path in (tmp_path / "package" / "src").glob("*.js")}
    left_out = {name.removeprefix("src/") for name in facts["left_out"]}
    ours = {file.name: file.read_bytes() for file in VENDORED.iterdir() if file.name.endswith(".js")}
    assert ours == {name: raw for name, raw in theirs.items() if name not in left_out}
