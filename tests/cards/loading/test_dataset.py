from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pluriset.cards.loading.dataset import load
from pluriset.schemas import component, rows
from pluriset.schemas.errors import DataError
from pluriset.schemas.row import Row
from pluriset.schemas.rows import tables_of
from pluriset.schemas.rows.shared import Aggregate, Annotation, Annotator, Share
from pluriset.schemas.rows.values import TABLES, Consideration, Situation

Make = Callable[..., Path]

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(lambda text: text.strip())
MAYBE = st.none() | TEXT
SHARE = st.floats(0, 1)
SHARES = st.lists(st.builds(Share, label=TEXT, share=SHARE), max_size=4)
DIGEST = st.just("") | st.text("0123456789abcdef", min_size=32, max_size=32)
ROWS: dict[str, st.SearchStrategy[Row]] = {
    "situations": st.builds(Situation, situation_id=TEXT, text=TEXT, source=TEXT),
    "considerations": st.builds(
        Consideration, consideration_id=TEXT, situation_id=TEXT, writer_id=TEXT, text=TEXT, explanation=TEXT,
        digest=DIGEST,
    ),
    "annotators": st.builds(Annotator, annotator_id=TEXT, country=MAYBE, description=MAYBE, model=MAYBE),
    "annotations": st.builds(
        Annotation, item_table=TEXT, item_id=TEXT, annotator_id=TEXT, aspect=TEXT, sample=st.integers(0, 2**63 - 1),
        label=MAYBE, score=st.none() | st.floats(allow_nan=False), options=st.lists(st.text(max_size=9)), digest=DIGEST,
    ),
    "aggregates": st.builds(
        Aggregate, item_table=TEXT, item_id=TEXT, aspect=TEXT, label=MAYBE, score=st.none() | SHARE,
        distribution=SHARES, n=st.integers(0, 2**40), abstained=st.integers(0, 2**40),
    ),
}  # fmt: skip


def manifest(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return read


def shard(facts: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = facts["tables"]["situations"]["splits"]["train"][0]
    return found


def change(folder: Path, facts: dict[str, Any]) -> None:
    (folder / "manifest.json").write_text(json.dumps(facts))


@pytest.mark.parametrize("table", ROWS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_rows_survive_a_round_trip(finished: Make, table: str, data: st.DataObject) -> None:
    train = data.draw(st.lists(ROWS[table], min_size=2, max_size=5))
    test = data.draw(st.lists(ROWS[table], max_size=2))
    nothing: dict[str, dict[str, list[Row]]] = {name: {"train": [], "test": []} for name in TABLES}
    written = nothing | {table: {"train": train, "test": test}}
    dataset = load(finished(written), verify=True)
    assert list(dataset.rows(table)) == [*train, *test]
    assert list(dataset.rows(table, "test")) == test


def test_shards_are_read_in_order(finished: Make) -> None:
    rows = [Situation(situation_id=f"s{i}", text="a", source="b") for i in range(5000)]
    empty: dict[str, dict[str, list[Row]]] = {name: {"train": []} for name in TABLES}
    dataset = load(finished(empty | {"situations": {"train": rows}}, shards=3))
    assert len(dataset.shards("situations", "train")) == 3
    assert [row.situation_id for row in dataset.rows("situations") if isinstance(row, Situation)] == [
        row.situation_id for row in rows
    ]


def test_every_view_has_the_same_rows(finished: Make) -> None:
    dataset = load(finished())
    assert dataset.tables == tuple(TABLES)
    for table in dataset.tables:
        splits = dataset.manifest.tables[table].splits
        rows = [row.model_dump() | {"split": split} for split in splits for row in dataset.rows(table, split)]
        assert dataset.polars(table).collect().to_dicts() == rows
        assert dataset.arrow(table).to_pylist() == rows
        assert dataset.duckdb(table).to_arrow_table().to_pylist() == rows


def test_views_of_a_split(finished: Make) -> None:
    dataset = load(finished())
    assert dataset.polars("annotations", "test").collect().height == 2
    assert len(dataset.duckdb("annotations", "test").fetchall()) == 2
    assert dataset.arrow("annotations", "test").num_rows == 2


def test_duckdb_relations_know_the_other_tables(finished: Make) -> None:
    relation = load(finished()).duckdb("annotations")
    query = "SELECT count(*) FROM it JOIN considerations c ON c.consideration_id = it.item_id WHERE c.text = 'Joy'"
    found = relation.query("it", query)
    assert found is not None
    assert found.fetchall() == [(6,)]


def test_datasets_view(finished: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    dataset = load(finished())
    found = dataset.datasets("aggregates")
    assert dataset.splits("aggregates") == list(found)
    assert {split: part.num_rows for split, part in found.items()} == {"train": 2, "test": 1}
    assert found["test"][0]["distribution"][0] == {"label": "opposes", "share": 0.5}


@pytest.mark.parametrize("name", ["[a]*?", "x=1", "ünï cödé 'quoted'", "{a,b}"])
def test_a_folder_may_have_any_name(finished: Make, tmp_path: Path, name: str) -> None:
    folder = finished().rename(tmp_path / name)
    dataset = load(folder)
    assert dataset.polars("situations").collect().columns == ["situation_id", "text", "source", "language", "split"]
    assert dataset.duckdb("situations").columns == ["situation_id", "text", "source", "language", "split"]
    assert len(list(dataset.rows("situations"))) == 3


def test_an_empty_table_is_empty_in_every_view(finished: Make) -> None:
    empty: dict[str, dict[str, list[Row]]] = {name: {"train": []} for name in TABLES}
    dataset = load(finished(empty))
    assert list(dataset.rows("aggregates")) == []
    assert dataset.polars("aggregates").collect().height == 0
    assert dataset.duckdb("aggregates").fetchall() == []
    assert dict(dataset.datasets("aggregates")) == {}


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        load(tmp_path / "nowhere")


def test_a_folder_that_is_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no manifest\.json here"):
        load(tmp_path)


def test_an_unfinished_run_hints_at_the_command_that_finishes_it(finished: Make) -> None:
    folder = finished()
    (folder / "manifest.json").unlink()
    (folder / "recipe.yaml").write_text("name: a")
    with pytest.raises(DataError, match="not complete") as caught:
        load(folder)
    assert f"pluriset build {folder}/recipe.yaml --out {folder}" in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"", "EOF"),
        (b"{", "EOF"),
        (b"\xff\xfe", "Invalid JSON"),
        (b"[]", "not keys and values"),
        (b"[" * 100_000, "recursion limit"),
        (b'{"format": 99}', "newer pluriset"),
        (b'{"surprise": 1}', "unknown key"),
    ],
)
def test_a_broken_manifest(finished: Make, raw: bytes, what: str) -> None:
    folder = finished()
    (folder / "manifest.json").write_bytes(raw)
    with pytest.raises(DataError, match=what) as caught:
        load(folder)
    assert "manifest.json" in str(caught.value)


def test_a_missing_shard(finished: Make) -> None:
    folder = finished()
    (folder / shard(manifest(folder))["path"]).unlink()
    with pytest.raises(DataError, match="a file is missing"):
        load(folder)


def test_a_short_shard(finished: Make) -> None:
    folder = finished()
    path = folder / shard(manifest(folder))["path"]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match="another size") as caught:
        load(folder)
    assert "git lfs pull" in str(caught.value)


def test_verify_finds_a_changed_shard(finished: Make) -> None:
    folder = finished()
    path = folder / shard(manifest(folder))["path"]
    raw = path.read_bytes()
    path.write_bytes(raw[:50] + bytes([raw[50] ^ 1]) + raw[51:])
    load(folder)
    with pytest.raises(DataError, match="another sha256"):
        load(folder, verify=True)


OUTSIDE = ["../secret.parquet", "/etc/passwd", "data/../../x", "..", ".", "data//x", "", "data/./x", "data/"]
STRANGE = ["C:\\x", "a\\..\\b", "a\x00b", "*.parquet", "data/[ab].parquet", "https://example.org/a.parquet"]


@pytest.mark.parametrize("path", [*OUTSIDE, *STRANGE])
def test_unsafe_paths_are_rejected(finished: Make, path: str) -> None:
    folder = finished()
    facts = manifest(folder)
    shard(facts)["path"] = path
    change(folder, facts)
    with pytest.raises(DataError, match="unsafe path"):
        load(folder)


@pytest.mark.parametrize("family", ["dilemma", "shared", "reject", "../values", "os", "", "values.x"])
def test_an_unknown_family(finished: Make, family: str) -> None:
    folder = finished()
    change(folder, manifest(folder) | {"family": family})
    with pytest.raises(DataError, match="unknown family") as caught:
        load(folder)
    assert "values" in str(caught.value)


def test_a_table_outside_the_family(finished: Make) -> None:
    folder = finished()
    facts = manifest(folder)
    for table, what in (("a; DROP TABLE b", "not in the form that is needed"), ("a", "no such table in this family")):
        change(folder, facts | {"tables": {**facts["tables"], table: facts["tables"]["situations"]}})
        with pytest.raises(DataError, match=what):
            load(folder)
    change(folder, facts | {"main_table": "rejects"})
    with pytest.raises(DataError, match="no such table in this family"):
        load(folder)


def test_unknown_table_and_split(finished: Make) -> None:
    dataset = load(finished())
    with pytest.raises(DataError, match="no such table") as caught:
        dataset.rows("rejects")
    assert "considerations" in str(caught.value)
    with pytest.raises(DataError, match="no such split of situations"):
        dataset.polars("situations", "validation")


def test_rows_that_are_not_valid(finished: Make) -> None:
    folder = finished()
    facts = manifest(folder)
    path = folder / shard(facts)["path"]
    table = pq.read_table(path)
    pq.write_table(table.rename_columns(["situation_id", "text", "origin", "language"]), path)
    shard(facts)["bytes"] = path.stat().st_size
    change(folder, facts)
    with pytest.raises(DataError, match="origin: unknown key"):
        list(load(folder).rows("situations"))


def test_a_file_that_is_not_parquet(finished: Make) -> None:
    folder = finished()
    facts = manifest(folder)
    (folder / shard(facts)["path"]).write_bytes(b"version https://git-lfs.github.com/spec/v1")
    shard(facts)["bytes"] = 42
    change(folder, facts)
    dataset = load(folder)
    for look in (lambda: [*dataset.rows("situations")], lambda: dataset.arrow("situations")):
        with pytest.raises(DataError, match="cannot read the rows"):
            look()
    for look in (lambda: dataset.duckdb("situations"), lambda: dataset.connection):
        with pytest.raises(DataError, match="cannot be read as parquet"):
            look()


def test_a_dataset_has_its_report(finished: Make) -> None:
    folder = finished()
    assert load(folder).report.dataset == "small-values"
    (folder / "report.json").unlink()
    with pytest.raises(DataError, match="cannot read the report"):
        _ = load(folder).report


def test_a_family_of_another_distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other_rows.py").write_text("from pluriset.schemas.rows.values import TABLES\n")
    facts = tmp_path / "other-1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Name: other\nVersion: 1\n")
    (facts / "entry_points.txt").write_text("[pluriset.rows]\nother = other_rows\n")
    monkeypatch.syspath_prepend(tmp_path)
    for looked_for in (component._declared, rows._modules):  # a process looks once for what is installed
        looked_for.cache_clear()
    assert tables_of("other") == TABLES
    for looked_for in (component._declared, rows._modules):
        looked_for.cache_clear()
    assert tables_of("values") == TABLES
