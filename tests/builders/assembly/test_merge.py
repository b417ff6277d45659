from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars
import pytest

import pluriset
from pluriset.schemas.errors import DataError
from pluriset.tests.builders.conftest import written

Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def built(name: str, situations: list[str], *script: dict[str, Any], **changes: Any) -> Path:
        home = tmp_path / f"{name}-recipe"
        home.mkdir()
        pluriset.build(pluriset.recipe(written(home, situations, *script, name=name, **changes)), tmp_path / name)
        return tmp_path / name

    return built


def test_runs_become_one_dataset_that_validates_shows_and_publishes(build: Build, tmp_path: Path) -> None:
    card = {"sources": [{"name": "ours", "license": "cc-by-4.0"}]}
    one, two = (
        build("one", ["A friend lies.", "A note is found."], card=card),
        build("two", ["A dog barks."], card=card),
    )
    dataset = pluriset.merge([one, two], tmp_path / "both")
    assert {row.text for row in dataset.rows("situations")} == {"A friend lies.", "A note is found.", "A dog barks."}
    assert dataset.manifest.name == "both"
    assert dataset.manifest.books.imbalances() == []
    assert dataset.manifest.books.seeds.built == 3
    assert [(run.name, run.rows["situations"]) for run in dataset.manifest.merged] == [("one", 2), ("two", 1)]
    assert len(list(dataset.rows("annotators"))) == 1
    report = pluriset.validate(tmp_path / "both")
    assert not [finding for finding in report.findings if finding.severity == "error" and finding.count]
    assert len(pluriset.show(tmp_path / "both")) == 3
    pluriset.publish(tmp_path / "both", tmp_path / "published")
    assert pluriset.load(tmp_path / "published").manifest == dataset.manifest  # type: ignore[union-attr]


def test_rows_that_several_runs_have_are_kept_once_and_recorded(build: Build, tmp_path: Path) -> None:
    one, two = build("one", ["A friend lies.", "A dog barks."]), build("two", ["A note is found."])
    shutil.rmtree(tmp_path / "two-recipe")
    both = pluriset.merge([one, two], tmp_path / "both")
    again = pluriset.merge([tmp_path / "both", one], tmp_path / "again")
    for table in both.tables:
        assert again.polars(table).collect().sort(polars.all()).equals(both.polars(table).collect().sort(polars.all()))
    books = again.manifest.books
    assert books.imbalances() == []
    assert books.rows["situations"].removed == {"merge": 2}
    assert books.rejects["same row in an earlier run"] > 2
    assert books.seeds.rejected == 2


def test_a_key_that_stands_for_different_rows_is_named(build: Build, tmp_path: Path) -> None:
    other = {"match": "valence: ", "answer": {"relevance": "no", "valence": "opposes"}}
    one = build("one", ["A friend lies."])
    two = build("two", ["A friend lies."], other, curation=[])
    with pytest.raises(DataError) as raised:
        pluriset.merge([one, two], tmp_path / "both")
    assert raised.value.what == "the same key stands for different rows"
    assert raised.value.where == "considerations"
    assert str(raised.value.got).startswith("3 keys: ")
    assert not (tmp_path / "both").exists()


def test_what_does_not_fit_is_said(build: Build, tmp_path: Path) -> None:
    one, two = build("one", ["A friend lies."]), build("two", ["A dog barks."], license="mit")
    with pytest.raises(DataError, match="licence mit, not"):
        pluriset.merge([one, two], tmp_path / "both")
    with pytest.raises(DataError, match="nothing to merge"):
        pluriset.merge([one, one], tmp_path / "both")
    with pytest.raises(DataError, match="already there"):
        pluriset.merge([one, two], one)
    with pytest.raises(DataError):
        pluriset.merge([one, tmp_path / "nowhere"], tmp_path / "both")
