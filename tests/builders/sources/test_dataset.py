from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pluriset
from pluriset.builders.sources import BadSeed, Seed
from pluriset.builders.sources.dataset import Dataset
from pluriset.schemas.errors import DataError, RecipeError
from pluriset.schemas.origin import Origin, parse
from pluriset.schemas.published.global_opinion_qa import GlobalOpinionQA
from pluriset.tests.builders.sources.reading import Write, digest, jsonl
from pluriset.tests.servers.hub import WRITE, Hub


def seeds(path: Path, **options: Any) -> list[Seed]:
    found = list(Dataset(path=path, **options).seeds(Path()))
    assert all(isinstance(seed, Seed) for seed in found), found
    return [seed for seed in found if isinstance(seed, Seed)]


@pytest.fixture
def run(recipe: Callable[..., Path], tmp_path: Path) -> Path:
    """A finished run of two situations."""
    pluriset.build(pluriset.recipe(recipe(["A friend lies.", "A note is found."])), tmp_path / "run")
    return tmp_path / "run"


def test_the_main_table_of_a_run_keeps_keys_and_provenance(run: Path) -> None:
    found = seeds(run)
    assert [(seed.id, seed.text) for seed in found] == [
        (digest(text), text) for text in ("A friend lies.", "A note is found.")
    ]
    origin = parse(found[0].origin)
    assert origin is not None
    assert (origin.dataset, origin.table, origin.key) == ("test", "situations", found[0].id)
    assert len(origin.revision) == 12


def test_another_table_with_fields_and_a_condition(run: Path) -> None:
    found = seeds(run, table="considerations", text="explanation", fields={"what": "kind"}, where={"kind": "right"})
    assert [seed.fields for seed in found] == [{"what": "right"}] * 2
    assert len({seed.id for seed in found}) == 2
    assert seeds(run, table="considerations", text="text", where={"split": "train", "kind": "duty"})


def test_a_run_builds_on_a_run_and_moves_with_it(run: Path, recipe: Callable[..., Path], tmp_path: Path) -> None:
    said = recipe([], name="second", source={"dataset": {"path": "run"}})
    second = pluriset.build(pluriset.recipe(said), tmp_path / "second")
    assert {row.situation_id for row in second.rows("situations")} == {seed.id for seed in seeds(run)}
    assert "path: ../run" in (tmp_path / "second" / "recipe.yaml").read_text()
    seed = next(second.rows("situations")).model_dump()
    story = pluriset.why(tmp_path / "second", "situations", seed["situation_id"])
    (origin,) = story.origins
    assert (origin.dataset, origin.table) == ("test", "situations")
    assert pluriset.why(run, origin.table, origin.key).subject.row["text"] == seed["text"]


def test_what_is_missing_is_an_error_that_names_what_is_there(run: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such dataset"):
        seeds(tmp_path / "nowhere")
    with pytest.raises(RecipeError, match="situations"):
        seeds(run, table="situation")
    with pytest.raises(DataError, match="did you mean 'text'"):
        seeds(run, text="txt")
    with pytest.raises(DataError, match="kinds"):
        seeds(run, where={"kinds": "right"})
    with pytest.raises(DataError, match="no row to make a seed of"):
        seeds(run, where={"text": "'; DROP TABLE x"})
    with pytest.raises(RecipeError, match="which column"):
        seeds(run, table="annotations")


def test_a_file_and_a_folder(write: Write, tmp_path: Path) -> None:
    path = write("s.jsonl", jsonl({"q": "a", "n": 1.5}, {"q": "b", "n": 2}) + "torn\n" + jsonl({"q": "c", "n": 3}))
    found = list(Dataset(path=path, text="q", fields={"size": "n"}).seeds(Path()))
    assert found[1] == Seed(digest("a"), "a", "dataset:s.jsonl@/s/1", {"size": 1.5})
    assert [seed.place for seed in found if isinstance(seed, BadSeed)] == ["s.jsonl:3"]
    assert len(found) == 4
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("one", "two"):
        pq.write_table(pa.table({"text": [f"{name} 0", f"{name} 1"], "id": [1, 2]}), folder / f"{name}.parquet")
    assert [seed.text for seed in seeds(folder, table="two", text="text", id="id")] == ["two 0", "two 1"]
    with pytest.raises(RecipeError, match="one, two"):
        seeds(folder, text="text")


def test_a_published_dataset_is_read_by_its_profile(write: Write) -> None:
    path = write("s.jsonl", jsonl(*GlobalOpinionQA.example["questions"]))
    found = seeds(path, text="question")
    assert [parse(seed.origin).table for seed in found] == ["questions"] * len(found)  # type: ignore[union-attr]
    assert seeds(path, table="items")


@pytest.mark.parametrize(
    "origin",
    [
        Origin("everyday", "1a2b3c4d5e6f", "situations", "s17"),
        Origin("org/name", "0" * 40, "a/b", "x@y/z:\n#"),
        Origin("my data@v2", "", "default", "12"),
        Origin("ü%2F", "", "τ@", ""),
    ],
)
def test_an_origin_is_read_back(origin: Origin) -> None:
    assert parse(str(origin)) == origin


def test_a_line_of_a_file_is_no_row_of_a_dataset() -> None:
    assert parse("s.csv:12") is None and parse("sample") is None


PROGRAM = """
import huggingface_hub, json
from pathlib import Path
from pluriset.builders.sources.dataset import Dataset
from pluriset.builders.storage.recipe_file import moved

api = huggingface_hub.HfApi()
api.create_repo("me/set", repo_type="dataset")
for content, tag in ((b"text\\na\\n", "v1"), (b"text\\nb\\n", "v2")):
    api.upload_file(path_or_fileobj=content, path_in_repo="train.csv", repo_id="me/set", repo_type="dataset")
    api.create_tag("me/set", tag=tag, repo_type="dataset")
for tag in ("v1", "v2"):
    [seed] = Dataset(path=f"me/set@{tag}", text="text").seeds(Path("/elsewhere"))
    print(json.dumps([seed.text, seed.origin]))
"""


def test_a_dataset_of_the_hub_at_a_revision(tmp_path: Path) -> None:
    with Hub() as hub:
        quiet = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HOME": str(tmp_path)}
        env = {**os.environ, **quiet, "HF_ENDPOINT": hub.url, "HF_TOKEN": WRITE}
        command = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=100, cwd=tmp_path)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [text for text, _ in found] == ["a", "b"], done.stderr
    origins = [parse(origin) for _, origin in found]
    assert all(origin and origin.dataset == "me/set" and len(origin.revision) == 40 for origin in origins)
    assert origins[0] != origins[1]
