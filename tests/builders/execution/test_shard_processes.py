from collections.abc import Callable
from pathlib import Path

import pytest

import pluriset
from pluriset.builders.assembly.build import build
from pluriset.builders.execution import shard_processes
from pluriset.schemas.errors import DataError
from pluriset.schemas.manifest import Manifest
from pluriset.schemas.progress import Status
from pluriset.schemas.recipe import Recipe
from pluriset.tests.builders.making import made, parquet_files
from pluriset.validators.readers.manifest import read_manifest

Write = Callable[..., Path]
SITUATIONS = [*(f"Situation number {i}" for i in range(30)), "Situation number 3", "unanswerable"]
CHANGES = {"curation": ["exact_duplicates", "kaleido_filter", {"split": {"by": "situation_id", "test": 0.3}}]}


@pytest.fixture
def sharded(recipe: Write, tmp_path: Path) -> tuple[Recipe, Path]:
    """A run of which every shard was asked about, with a repeated seed and one that is rejected."""
    work = pluriset.recipe(recipe(SITUATIONS, {"match": "unanswerable", "answer": "no JSON"}, **CHANGES))
    pluriset.build_shards(work, tmp_path / "run", 5)
    return work, tmp_path / "run"


def built(recipe: Recipe, out: Path, statuses: list[Status]) -> Manifest:
    build(recipe, out, lambda *_: None, watch=statuses.append)
    return read_manifest(out)


def test_tables_made_shard_by_shard_in_processes_have_the_bytes_of_one_process(
    sharded: tuple[Recipe, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, out = sharded
    statuses: list[Status] = []
    monkeypatch.setattr(shard_processes, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(shard_processes, "_cores", lambda: 2)
    books = built(recipe, out, statuses).books
    one = made(recipe, tmp_path / "one").books
    assert parquet_files(out) == parquet_files(tmp_path / "one")
    assert books.requests.sent == 0 and books.requests.total == one.requests.total
    assert (books.seeds, books.rows, books.rejects, books.spending) == (one.seeds, one.rows, one.rejects, one.spending)
    assert statuses[-1].seeds_done == statuses[-1].seeds == len(SITUATIONS) and not (out / ".building").exists()


def test_what_the_shards_lack_is_sent_by_the_build(
    sharded: tuple[Recipe, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, out = sharded
    monkeypatch.setattr(shard_processes, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(shard_processes, "_cores", lambda: 2)
    for segment in sorted((out / "journal").glob("*"))[:2]:
        segment.unlink()
    assert built(recipe, out, []).books.requests.sent > 0
    made(recipe, tmp_path / "one")
    assert parquet_files(out) == parquet_files(tmp_path / "one")


def test_a_damaged_record_that_a_process_meets_is_named(
    sharded: tuple[Recipe, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, out = sharded
    monkeypatch.setattr(shard_processes, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(shard_processes, "_cores", lambda: 2)
    segment = min((out / "journal").glob("*"))
    segment.write_bytes(segment.read_bytes().replace(b'"input_tokens":0', b'"input_tokens":"'))
    with pytest.raises(DataError, match="damaged record"):
        built(recipe, out, [])
