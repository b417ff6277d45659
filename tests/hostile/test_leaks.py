"""No key, and no row of hostile data, gets where it does harm: terminals, pages, spreadsheets, journals, manifests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import pluriset
from pluriset.cli import main
from pluriset.schemas.errors import PlurisetError
from pluriset.schemas.row import Row
from pluriset.tests.builders.conftest import JUDGED, LISTING, written
from pluriset.tests.builders.making import made as ask_and_make
from pluriset.tests.cards.conftest import small_tables
from pluriset.tests.cards.publishing.conftest import made
from pluriset.tests.servers.scripted_openai import Body, Reply, ScriptedServer, answer, failure
from pluriset.validators.readers.read import read
from pluriset.validators.tables.sql import connect

KEY = "sk-leak-0123456789abcdef"
HOSTILE = [
    '=HYPERLINK("http://example.org/?"&A1;"click")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\x1b[2J\x1b]8;;http://example.org\x07click\x1b]8;;\x07",
    "\u202egnp.exe \u2066 bidi \u2069",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[x](javascript:alert(1)) ![y](http://example.org/y.png) | --- |",
    "'; DROP TABLE situations; --",
    "---\nlicense: mit\n---\n{{ 7 * 7 }} {% raw %}",
]
CONTROL = {"\x1b", "\x07", "\u202e", "\u2066", "\u2069"}


def hostile_tables() -> Mapping[str, Mapping[str, Sequence[Row]]]:
    """The small run with hostile texts in every table."""
    tables, texts = {name: dict(splits) for name, splits in small_tables().items()}, cycle(HOSTILE[2:])
    for table, field in (("situations", "text"), ("considerations", "text"), ("considerations", "explanation")):
        for split, rows in tables[table].items():
            tables[table][split] = [row.model_copy(update={field: next(texts)}) for row in rows]
    return tables


def pluriset_prints(*arguments: str) -> tuple[int, str]:
    """Exit code and everything printed by a command."""
    done = CliRunner().invoke(main, arguments)
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("hostile") / "run", hostile_tables())


def test_hostile_rows_reach_neither_card_nor_page_as_code(run: Path) -> None:
    pluriset.card(run)
    pluriset_prints("validate", str(run), "--html", str(run / "report.html"))
    for name in ("README.md", "report.html"):
        text = (run / name).read_text(encoding="utf-8")
        assert not CONTROL & set(text) and "<script>alert" not in text and "<img src=x" not in text
        assert "](javascript:" not in text and text[:2] != "49"


@pytest.mark.parametrize("command", [["show"], ["show", "--json"], ["validate"], ["why", "considerations", "c0"]])
def test_hostile_rows_send_nothing_to_a_terminal(run: Path, command: list[str]) -> None:
    [name, *rest] = command
    code, printed = pluriset_prints(name, str(run), *rest)
    assert code in (0, 1) and printed
    assert not CONTROL & set(printed) and "Traceback" not in printed


def test_exports_hold_no_formulas(tmp_path: Path) -> None:
    path = written(tmp_path, [*HOSTILE, "- a list (of one)", "+1 555", "@friend: hello"])
    manifest = ask_and_make(path, tmp_path / "run")
    (tmp_path / "run" / "manifest.json").write_text(manifest.model_dump_json())
    texts: dict[str, set[str]] = {}
    for file_format in ("csv", "jsonl"):
        done = pluriset.export(tmp_path / "run", "valueprism", tmp_path / file_format, file_format)
        with connect() as connection:
            tables = read(connection, done.folder).tables
            rows = next(rows for rows in tables.values() if "situation" in rows.columns)
            texts[file_format] = {text for (text,) in rows.select("situation").distinct().fetchall()}
    changed = {text for text in texts["csv"] if text not in texts["jsonl"]}
    assert changed == {f"'{text}" for text in HOSTILE[:2]}


def quoting(body: Body) -> Reply:
    """An endpoint that quotes the key in its errors, in headers and in the answer."""
    if "valence: " in body["messages"][-1]["content"]:
        return failure(400, f"Incorrect API key provided: {KEY}")
    return answer(json.dumps(LISTING["answer"]))


def test_a_key_is_in_nothing_that_a_build_writes_or_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", KEY)
    with ScriptedServer(quoting) as server:
        teacher = {
            "openai": {"model": "m", "base_url": server.url, "api_key_env": "A_KEY", "headers": {"x-key": "$A_KEY"}}
        }
        path = written(tmp_path, ["One", "Two"], teachers={"main": teacher})
        try:
            pluriset.build(pluriset.recipe(path), tmp_path / "run")
        except PlurisetError as error:
            assert KEY not in f"{error}{error.as_json()}{error.__cause__}{error.__context__}"
        assert any(KEY in headers.get("Authorization", "") for headers in server.headers)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.suffix == ".jsonl" and file.parent.name == "journal" for file in files)
    assert not [file for file in files if KEY.encode() in file.read_bytes()]
    assert JUDGED


@pytest.mark.parametrize("where", ["base_url", "recipe name", "option"])
def test_control_characters_of_a_recipe_are_written_out(tmp_path: Path, where: str) -> None:
    keys: dict[str, dict[str, Any]] = {
        "base_url": {"teachers": {"main": {"openai": {"model": "\x1b[2J", "base_url": "\x1b"}}}}
    }
    keys |= {"recipe name": {"name": "\x1b[2J\u202e"}, "option": {"family": {"values": {"\x1b[2J": 1}}}}
    path = written(tmp_path, ["One"], **keys[where])
    code, printed = pluriset_prints("plan", str(path))
    assert code == 2 and not CONTROL & set(printed) and "Traceback" not in printed
