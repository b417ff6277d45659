"""A run folder as the version before format 2 of the manifest built it, without its card, report and plots."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import pluriset
from pluriset.builders.execution.run import opened
from pluriset.builders.storage.recipe_file import read
from pluriset.cards.loading.dataset import Dataset

OLD = Path(__file__).parent / "data" / "run_of_format_1"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A copy of the folder, with its source and script beside it."""
    return Path(shutil.copytree(OLD, tmp_path / "old")) / "run"


def journaled(run: Path) -> dict[str, str]:
    """Digest -> role, of every answer in the journal."""
    lines = [json.loads(line) for line in (run / "journal" / "00001.jsonl").read_text().splitlines()]
    return {line["digest"]: line["ask"]["role"] for line in lines if "answer" in line}


def test_an_old_run_loads_shows_and_validates(old: Path) -> None:
    dataset = pluriset.load(old)
    assert isinstance(dataset, Dataset) and dataset.manifest.format == 1
    assert "aspects" not in dataset.tables and len([*dataset.rows("annotations")]) == 8
    [shown] = pluriset.show(old)
    assert {row["text"] for row in shown["considerations"]} == {"Honesty", "Right to privacy"}
    report = pluriset.validate(old)
    assert not [finding.check for finding in report.findings if finding.count and finding.severity == "error"]
    assert report.skipped["known_labels"] == "no table aspects"


def test_old_rejects_are_read_by_the_names_of_today(old: Path) -> None:
    assert "beaten_by" in pq.read_schema(old / "rejects.parquet").names
    rejects = pluriset.show(old, table="rejects", n=None)
    kept = {row["key"].partition("#")[0] for row in rejects if row["reason"] == "listed twice"}
    assert kept == {row["kept_key"] for row in rejects if row["kept_key"]}
    story = pluriset.why(old, "considerations", kept.pop())
    assert [lost.reason for lost in story.compared] == ["listed twice"] and not story.missing


def test_every_row_of_an_old_run_replays(old: Path) -> None:
    for table, key in (("situations", "situation_id"), ("considerations", "consideration_id")):
        for row in pq.read_table(old / "data" / table).to_pylist():
            assert pluriset.replay(old, table, row[key]).differs == []


def test_an_old_run_builds_again_without_an_api_call(old: Path) -> None:
    before = {path.parent.name: pq.read_table(path) for path in (old / "data").rglob("*.parquet")}
    dataset = pluriset.build(pluriset.recipe(old / "recipe.yaml"), old)
    requests = dataset.manifest.books.requests
    assert (requests.sent, requests.failed, requests.cached) == (0, 0, requests.total) and dataset.manifest.format == 2
    for table, rows in before.items():
        again = pq.read_table(old / "data" / table)
        assert again.select(rows.column_names).equals(rows), table
        assert {*again.column_names} - {*rows.column_names} <= {"language"}
    assert "aspects" in dataset.tables


def test_the_digests_of_asks_do_not_change(old: Path) -> None:
    """A change here makes every user pay for every answer again."""
    expected = {
        "1331b7527506809722ca95b4fbae1f23": "write",
        "06a03edcd70889470f1073c01214f3f1": "judge",
    }
    assert expected.items() <= journaled(old).items()
    shutil.rmtree(old / "journal")
    recipe = read(old / "recipe.yaml")
    with opened(recipe, old) as work:
        work.ask()
    assert journaled(old) == journaled(OLD / "run")
