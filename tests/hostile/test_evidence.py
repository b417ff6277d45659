"""A journal or manifest that was changed is reported, what is still good is used, and nothing is silently taken."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.builders.storage.journal import Journal
from pluriset.schemas.errors import PlurisetError
from pluriset.tests.builders.conftest import written
from pluriset.tests.builders.making import made as ask_and_make
from pluriset.tests.cards.conftest import small_tables
from pluriset.tests.cards.publishing.conftest import made

SEEDS = ["Telling a friend a hard truth", "Keeping found money", "Breaking a promise", "Reporting a colleague"]


Lines = list[dict[str, Any]]


def lines_of(run: Path) -> Lines:
    [segment] = (run / "journal").glob("*.jsonl")
    return [json.loads(line) for line in segment.read_text().splitlines()]


def write(run: Path, lines: Lines, name: str = "00001.jsonl") -> None:
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    (run / "journal" / name).write_text(text)


def answers(lines: Lines) -> Lines:
    return [line for line in lines if "answer" in line]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    ask_and_make(written(folder, SEEDS), folder / "run")
    assert len(answers(lines_of(folder / "run"))) == 4 * len(SEEDS)
    return folder


@pytest.fixture
def again(built: Path, tmp_path: Path) -> Callable[[Callable[[Path, Lines], None]], int]:
    """Change a copy of the journal and build again; how many requests were sent."""

    def build(change: Callable[[Path, Lines], None]) -> int:
        folder = shutil.copytree(built, tmp_path / "copy")
        change(folder / "run", lines_of(folder / "run"))
        return ask_and_make(folder / "recipe.yaml", folder / "run").books.requests.sent

    return build


def test_a_whole_journal_is_replayed(again: Callable[..., int]) -> None:
    assert again(lambda run, lines: None) == 0


def test_a_truncated_journal_costs_only_what_was_cut(again: Callable[..., int]) -> None:
    def cut(run: Path, lines: Lines) -> None:
        path = run / "journal" / "00001.jsonl"
        path.write_bytes(path.read_bytes()[:-30])

    assert again(cut) == 1


def test_the_first_of_two_answers_counts_and_the_others_are_reported(again: Callable[..., int], tmp_path: Path) -> None:
    def contradict(run: Path, lines: Lines) -> None:
        other = [line | {"answer": line["answer"] | {"text": "{}"}} for line in answers(lines)]
        contexts = [line for line in lines if line.get("context")]
        write(run, [*contexts, *other], "00002.jsonl")

    assert again(contradict) == 0
    journal = Journal(tmp_path / "copy" / "run" / "journal")
    assert journal.contradicted == len(journal.answers)
    journal.close()


def test_a_segment_of_another_run_answers_nothing(again: Callable[..., int]) -> None:
    def add(run: Path, lines: Lines) -> None:
        write(run, [line | {"digest": "0" * 32} for line in answers(lines)], "00002.jsonl")

    assert again(add) == 0


FLIPPED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "answer that is no object": lambda line: line | {"answer": 7},
    "answer without a text": lambda line: line | {"answer": {"finish": "stop"}},
    "text that is a number": lambda line: line | {"answer": line["answer"] | {"text": 7}},
    "request that is missing": lambda line: {key: value for key, value in line.items() if key != "ask"},
}


@pytest.mark.parametrize("name", FLIPPED)
def test_a_damaged_answer_is_an_error_with_its_place(again: Callable[..., int], name: str) -> None:
    def damage(run: Path, lines: Lines) -> None:
        first = answers(lines)[0]
        write(run, [FLIPPED[name](line) if line is first else line for line in lines])

    with pytest.raises(PlurisetError, match=r"00001\.jsonl, byte \d+") as error:
        again(damage)
    assert "delete this line" in str(error.value)


def test_bytes_flipped_in_a_digest_are_an_answer_to_nothing(again: Callable[..., int]) -> None:
    def flip(run: Path, lines: Lines) -> None:
        first = answers(lines)[0]
        write(run, [line | {"digest": "f" * 32} if line is first else line for line in lines])

    assert again(flip) == 1


def test_damaged_lines_are_skipped_and_counted(again: Callable[..., int], tmp_path: Path) -> None:
    def damage(run: Path, lines: Lines) -> None:
        path = run / "journal" / "00001.jsonl"
        *before, one, last = path.read_bytes().splitlines(keepends=True)
        people = b'{"digest":null,"person":7}\n{"digest":null,"withdrawn":[]}\n'
        path.write_bytes(b"".join(before) + one[: len(one) // 2] + b"\n\xff\x00\n" + last + people)

    assert again(damage) == 1
    journal = Journal(tmp_path / "copy" / "run" / "journal")
    journal.close()
    assert journal.damaged == 4


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("run") / "one", small_tables())


def _named(manifest: Any, **facts: Any) -> None:
    manifest["tables"]["situations"]["splits"]["train"][0] |= facts


MANIFESTS: dict[str, Callable[[Any], None]] = {
    "another digest": lambda manifest: _named(manifest, sha256="0" * 64),
    "another size": lambda manifest: _named(manifest, bytes=1),
    "another file": lambda manifest: _named(manifest, path="data/situations/test-00000-of-00001.parquet"),
    "a shard less": lambda manifest: manifest["tables"]["situations"]["splits"].pop("train"),
    "a table less": lambda manifest: manifest["tables"].pop("annotations"),
}


@pytest.mark.parametrize(
    "name", [name if "less" in name else pytest.param(name, marks=pytest.mark.slow) for name in MANIFESTS]
)
def test_a_manifest_that_names_other_files_is_reported(finished: Path, tmp_path: Path, name: str) -> None:
    run = shutil.copytree(finished, tmp_path / "run")
    manifest = json.loads((run / "manifest.json").read_text())
    MANIFESTS[name](manifest)
    (run / "manifest.json").write_text(json.dumps(manifest))
    try:
        report = pluriset.validate(run)
    except PlurisetError as error:
        assert str(run) in str(error)
    else:
        assert any(f.check == "manifest.shards" and f.count and f.severity == "error" for f in report.findings)
    with pytest.raises(PlurisetError):
        pluriset.publish(run, tmp_path / "target")
