from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.cards.loading.published import ExternalDataset
from pluriset.schemas.errors import ChecksFailed, DataError, RecipeError
from pluriset.schemas.published.pandalm import Comparison, PandaLM

ROWS = [dict(row) for row in PandaLM.example["testset"]]


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps(rows))
    return path


def test_an_external_dataset_opens_in_every_view_under_its_profile(tmp_path: Path) -> None:
    dataset = pluriset.load(written(tmp_path / "testset-v1.json", ROWS), verify=True)
    assert isinstance(dataset, ExternalDataset)
    assert (dataset.profile, dataset.tables) == ("pandalm", ("testset",)) and "by its columns" in dataset.how
    assert list(dataset.rows("testset")) == [Comparison.model_validate(row) for row in ROWS]
    rows = [row | {"split": "train"} for row in ROWS]
    assert dataset.arrow("testset").to_pylist() == dataset.polars("testset").collect().to_dicts() == rows
    assert dataset.duckdb("testset").aggregate("count(*)").fetchall() == [(len(ROWS),)]
    assert dataset.datasets("testset")["train"][2] == ROWS[2]


def test_rows_without_a_split_belong_to_train(tmp_path: Path) -> None:
    (path := tmp_path / "pairs.csv").write_text("prompt,chosen,rejected,split\na,b,c,train\nd,e,f,\ng,h,i,test\n")
    dataset = pluriset.load(path, as_="trl")
    assert isinstance(dataset, ExternalDataset)
    (table,) = dataset.tables
    assert dataset.datasets(table).num_rows == {"test": 1, "train": 2} and dataset.splits(table) == ["test", "train"]


def test_splits_come_from_the_files(tmp_path: Path) -> None:
    for split in ("train", "test"):
        written(tmp_path / f"{split}.json", ROWS[:2] if split == "test" else ROWS)
    (tmp_path / "notes.csv").write_text("who,said\nme,nothing\n")
    dataset = pluriset.load(tmp_path, as_="pandalm")
    assert isinstance(dataset, ExternalDataset) and dataset.splits("testset") == ["test", "train"]
    assert dataset.left_out == ("notes",)
    assert len(list(dataset.rows("testset", "test"))) == 2 and dataset.arrow("testset").num_rows == len(ROWS) + 2
    assert dataset.datasets("testset").num_rows == {"test": 2, "train": len(ROWS)}


def test_an_invalid_cell_is_an_error_with_its_row(tmp_path: Path) -> None:
    broken = written(tmp_path / "testset.json", [*ROWS, {**ROWS[0], "annotator1": 7}])
    dataset = pluriset.load(broken)
    with pytest.raises(DataError, match=f"testset, row {len(ROWS) + 1}: annotator1"):
        list(dataset.rows("testset"))
    with pytest.raises(ChecksFailed, match="error failed"):
        pluriset.load(broken, verify=True)


@pytest.mark.parametrize(
    ("as_", "message"),
    [(None, "not a dataset that we recognise"), ("pandalm", "not the columns of"), ("none_such", "--as")],
)
def test_an_unrecognised_dataset_is_an_error(tmp_path: Path, as_: str | None, message: str) -> None:
    with pytest.raises(pluriset.schemas.errors.PlurisetError, match=message):
        pluriset.load(written(tmp_path / "mine.json", [{"a": 1}]), as_=as_)


def test_an_unknown_table_is_an_error(tmp_path: Path) -> None:
    dataset = pluriset.load(written(tmp_path / "testset.json", ROWS))
    with pytest.raises(DataError, match="no such table"):
        dataset.duckdb("situations")


def test_an_external_dataset_is_shown_briefly(tmp_path: Path) -> None:
    dataset = pluriset.load(written(tmp_path / "testset.json", ROWS))
    assert repr(dataset).startswith("ExternalDataset(") and f">{len(ROWS)}</td>" in dataset._repr_html_()


LONG = "post,voter-id,verdict,age\n{}\n".format("\n".join(f"Is it fine to do thing {i}?,a{a},{'yn'[a % 2]},{20 + a}"
    for i in range(9) for a in range(3)))  # fmt: skip


def test_a_dataset_that_is_not_recognised_opens_by_its_contract(tmp_path: Path) -> None:
    (path := tmp_path / "votes.csv").write_text(LONG)
    with pytest.raises(DataError, match="pluriset describe"):
        pluriset.load(path)
    pluriset.describe(path, map={"post": "text", "voter-id": "annotator_id", "verdict": "label"})
    dataset = pluriset.load(path)
    assert isinstance(dataset, ExternalDataset) and dataset.profile is None
    assert len(list(dataset.rows("annotations"))) == 27 and dataset.arrow("items").num_rows == 9
    assert {(row.annotator_id, row.age) for row in dataset.rows("annotators")} == {
        ("a0", "20"),
        ("a1", "21"),
        ("a2", "22"),
    }
    assert dataset.verified().report.rows == {"votes": 27}


def test_data_that_no_longer_fit_their_contract_name_the_column(tmp_path: Path) -> None:
    (path := tmp_path / "votes.csv").write_text(LONG)
    pluriset.describe(path, map={"post": "text", "voter-id": "annotator_id", "verdict": "label"})
    path.write_text(LONG.replace("voter-id", "who"))
    for use in (pluriset.load, pluriset.validate):
        with pytest.raises(RecipeError, match='votes has no column "voter-id"'):
            use(path)
