from __future__ import annotations

import csv
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from datasets import load_dataset
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pluriset.builders.convert.export import export
from pluriset.schemas.errors import DataError, PlurisetError, RecipeError
from pluriset.schemas.manifest import Books, Manifest, Requests, Seeds
from pluriset.schemas.projections import arrow_schema
from pluriset.schemas.published_dataset import FileFormat
from pluriset.schemas.recipe import Recipe
from pluriset.schemas.rows.values import TABLES

CONFIGS = ["full", "mixture", "generative", "relevance", "explanation", "valence"]

Content = Mapping[str, Mapping[str, Sequence[dict[str, Any]]]]

HOSTILE = (
    "None", "NA", "null", "007", "1e3", "true", " padded ", 'He said "no", twice', "a line\nand\r\nanother\rone",
    "<script>alert(1)</script>", "Right: to be, or not", "{situation} {0} %s", "'; DROP TABLE x; --", "=1+1", "#hash",
    "|pipe|", "\\N", "naïve “quotes” 💬", "\ttab", "﻿mark", "nul\x00byte",
)  # fmt: skip


def run_folder(folder: Path, content: Content, **recipe: Any) -> Path:
    """A finished run as far as an export looks at it: tables and a manifest."""
    for table, row_type in TABLES.items():
        for split, rows in (content.get(table) or {"train": []}).items():
            path = folder / "data" / table / f"{split}-00000-of-00001.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(list(rows), arrow_schema(row_type)), path)
    (folder / "manifest.json").write_text(manifest(**recipe).model_dump_json())
    return folder


def manifest(**recipe: Any) -> Manifest:
    told = {"name": "small", "license": "cc-by-4.0", "source": "sample", "teachers": {"main": "embedded"}}
    made = Recipe.model_validate({**told, "family": "values", **recipe})
    requests, seeds = Requests(total=0, cached=0, sent=0, failed=0), Seeds(read=0, built=0, rejected=0)
    return Manifest(
        name=made.name, family=made.family_name, main_table="situations", recipe=made, teachers={}, prompts={},
        tables={}, files=[], books=Books(seeds=seeds, requests=requests, rows={}, rejects={}, spending=[]), versions={},
    )  # fmt: skip


def content(
    texts: Sequence[str], label: str | None = "supports", splits: Sequence[str] = ("train", "validation", "test")
) -> Content:
    """A situation with one value for each text, its words its own, in the splits in turn."""
    tables: dict[str, dict[str, list[dict[str, Any]]]] = {
        table: {split: [] for split in splits} for table in ("situations", "considerations", "aggregates")
    }
    for number, text in enumerate(texts):
        into = {table: rows[splits[number % len(splits)]] for table, rows in tables.items()}
        key = f"{number:05}"
        into["situations"].append({"situation_id": key, "text": f"{text} {key}", "source": "s"})
        into["considerations"].append(
            {"consideration_id": key, "situation_id": key, "writer_id": "a", "kind": "value", "text": f"{key} {text}",
             "explanation": text, "digest": ""}
        )  # fmt: skip
        item = {"item_table": "considerations", "item_id": key, "distribution": [], "n": 2, "abstained": 0}
        into["aggregates"].append({**item, "aspect": "valence", "rule": "majority", "label": label})
        into["aggregates"].append({**item, "aspect": "relevance", "rule": "mean", "score": 1.0})
    return tables


def loaded(folder: Path, cache: Path, config: str) -> dict[str, list[dict[str, Any]]]:
    found = load_dataset(str(folder), config, cache_dir=str(cache))
    return {split: list(rows) for split, rows in found.items()}


def test_every_config_loads_as_the_field_loads_it(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", content([text for text in HOSTILE for _ in range(3)]))
    exported = export(run, "valueprism", tmp_path / "out")
    found = {config: loaded(tmp_path / "out", tmp_path / "cache", config) for config in CONFIGS}
    assert {c: {s: len(rows) for s, rows in splits.items()} for c, splits in found.items()} == exported.rows
    assert list(found["full"]) == ["train"]
    assert all(list(found[config]) == ["train", "val", "test"] for config in CONFIGS[1:])
    # 63 statements, 21 in a split: each has four tasks, and relevance has a negative for each.
    assert exported.rows["mixture"] == dict.fromkeys(("train", "val", "test"), 21 * 5)
    assert exported.left_out == {}
    assert sorted(row["explanation"] for row in found["full"]["train"]) == sorted(HOSTILE * 3)
    for row in (row for split in found["generative"].values() for row in split):
        assert row["output"] == f"Value: {row['text']}" and row["input"].endswith(row["situation"])
    assert (
        list(load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))["train"]) == found["full"]["train"]
    )


@pytest.mark.parametrize("file_format", ["csv", "jsonl", "parquet"])
def test_every_file_format_loads_the_same_rows(tmp_path: Path, file_format: FileFormat) -> None:
    run = run_folder(tmp_path / "run", content(list(HOSTILE)))
    exported = export(run, "valueprism", tmp_path / "out", file_format)
    assert f"full/full_train.{file_format}" in exported.files
    rows = loaded(tmp_path / "out", tmp_path / "cache", "full")["train"]
    assert sorted(row["explanation"] for row in rows) == sorted(HOSTILE)
    assert {type(value) for row in rows for value in row.values()} == {str}


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=4, max_size=20))
def test_any_text_reads_back_as_it_is(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any")
    export(run_folder(folder / "run", content(texts)), "valueprism", folder / "out")
    rows = loaded(folder / "out", folder / "cache", "full")["train"]
    assert sorted((row["text"], row["explanation"]) for row in rows) == [
        (f"{number:05} {text}", text) for number, text in enumerate(texts)
    ]


def test_files_and_what_is_left_out_are_named(tmp_path: Path) -> None:
    tables = content(["a", "b"], splits=("train",))
    tables["aggregates"]["train"][0]["label"] = None
    exported = export(run_folder(tmp_path / "run", tables), "valueprism", tmp_path / "deep" / "out")
    assert exported.files == [
        "README.md",
        "explanation/explanation_train.csv",
        "full/full_train.csv",
        "generative/generative_train.csv",
        "mixture/mixture_train.csv",
        "rejects.csv",
        "valence/valence_train.csv",
    ]
    assert exported.left_out == {
        "full: none of its considerations is left": 1,
        "full: the majority of its valence is a tie": 1,
        "relevance: no statement of another situation to pair it with": 1,
    }
    with (exported.folder / "rejects.csv").open(newline="") as file:
        rejects = {(row["table"], row["key"], row["step"]): row["detail"] for row in csv.DictReader(file)}
    assert rejects == {
        ("situations", "00000", "full"): "a 00000",
        ("considerations", "00000", "full"): "Value: 00000 a",
        ("considerations", "00001", "relevance"): "Value: 00001 b",
    }
    # A config without a row is not offered.
    assert exported.rows["relevance"] == {}
    configs = [config["config_name"] for config in front_matter(exported.folder)["configs"]]
    assert configs == ["full", "mixture", "generative", "explanation", "valence"]
    assert "| relevance: no statement of another situation to pair it with | 1 |" in readme(exported.folder)


def readme(folder: Path) -> str:
    return (folder / "README.md").read_text(encoding="utf-8")


def front_matter(folder: Path) -> dict[str, Any]:
    found = yaml.safe_load(readme(folder).split("---\n")[1])
    assert isinstance(found, dict)
    return found


def test_front_matter_has_the_licence_of_the_run_and_not_that_of_the_shape(tmp_path: Path) -> None:
    card = {
        "license_name": "ours: 'no' \"quotes\"\n- x",
        "license_link": "https://example.org/#a: b",
        "language": ["en", "no"],
    }
    run = run_folder(tmp_path / "run", content(["a"]), license="other", card=card)
    front = front_matter(export(run, "valueprism", tmp_path / "out").folder)
    assert {name: front[name] for name in ("license", *card)} == {"license": "other", **card}
    assert front["configs"][0] == {
        "config_name": "full",
        "default": True,
        "data_files": [{"split": "train", "path": "full/*.csv"}],
        "features": [{"name": n, "dtype": "string"} for n in ("situation", "vrd", "text", "explanation", "valence")],
        "keep_default_na": False,
    }


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", content(list(HOSTILE)))
    first, second = (export(run, "valueprism", tmp_path / name) for name in ("one", "two"))
    assert first.files == second.files
    assert all((first.folder / f).read_bytes() == (second.folder / f).read_bytes() for f in first.files)
    assert stat.S_IMODE(first.folder.stat().st_mode) & 0o055 == stat.S_IMODE(run.stat().st_mode) & 0o055


def test_options_of_a_shape(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", content(["a", "b", "c", "d", "e"], splits=("train",)))
    drawn: list[bytes] = []
    for seed in (0, 1, 0):
        spec = {"valueprism": {"seed": seed}}
        exported = export(run, spec, tmp_path / f"out{len(drawn)}")
        drawn.append((exported.folder / "relevance/relevance_train.csv").read_bytes())
    assert drawn[0] == drawn[2] != drawn[1]


def refused(tmp_path: Path, run: Path, out: Path, as_: Any = "valueprism") -> PlurisetError:
    """What an export that cannot be says; it leaves nothing behind."""
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises((RecipeError, DataError)) as raised:
        export(run, as_, out)
    assert sorted(tmp_path.rglob("*")) == before
    assert raised.value.exit_code == 2
    return raised.value


def test_refusals(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", content(["a"]))
    other = run_folder(tmp_path / "other", content(["a"]), family="culture")
    tied = run_folder(tmp_path / "tied", content(["a", "b"], label=None))
    empty = run_folder(tmp_path / "empty", {})
    full, file = tmp_path / "full", tmp_path / "file"
    full.mkdir()
    (full / "x").touch()
    file.touch()
    for wrong, hint in {"valueprisms": "did you mean 'valueprism'?", "trl": None}.items():
        error = refused(tmp_path, run, tmp_path / "out", wrong)
        assert (error.expected, error.hint) == ("one of valueprism", hint)
    assert refused(tmp_path, run, tmp_path / "out", {"valueprism": {"sed": 1}}).what == "unknown key"
    assert refused(tmp_path, run, full).what == "already there"
    assert refused(tmp_path, run, file).what == "already there"
    assert refused(tmp_path, run, run).what == "already there"
    assert refused(tmp_path, other, tmp_path / "out").got == "culture"
    assert "the majority of its valence is a tie" in str(refused(tmp_path, tied, tmp_path / "out"))
    assert refused(tmp_path, empty, tmp_path / "out").got == "an empty run"
    assert refused(tmp_path, tmp_path / "nowhere", tmp_path / "out").what == "no such folder"
    assert refused(tmp_path, run, file / "out").what == "cannot export"


def test_a_run_that_is_not_what_it_says_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", content(["a", "b"], splits=("train",)))
    (run / "manifest.json").write_text('{"name": 1}')
    assert "manifest.json" in str(refused(tmp_path, run, tmp_path / "out").where)
    (run / "manifest.json").write_text(manifest().model_dump_json())
    shard = run / "data/considerations/train-00000-of-00001.parquet"
    whole = shard.read_bytes()
    shard.write_bytes(whole[: len(whole) // 2])
    refused(tmp_path, run, tmp_path / "out")
    pq.write_table(pa.table({"consideration_id": ["00000"], "text": ["no other column"]}), shard)
    assert refused(tmp_path, run, tmp_path / "out").what == "cannot export"
    shard.write_bytes(whole)
    assert export(run, "valueprism", tmp_path / "out").rows["full"] == {"train": 2}
