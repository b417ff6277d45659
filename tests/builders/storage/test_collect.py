from collections.abc import Callable
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

import pluriset
from pluriset.builders.storage.journal import Journal
from pluriset.schemas.errors import DataError
from pluriset.tests.builders.making import made, parquet_files

SITUATIONS = [f"Situation number {i}" for i in range(12)]


@pytest.mark.parametrize("target", ["collected", "memory://collected"])
def test_workers_without_a_shared_disk_are_collected_and_nothing_is_paid_again(
    recipe: Callable[..., Path], tmp_path: Path, target: str
) -> None:
    work = pluriset.recipe(recipe(SITUATIONS))
    MemoryFileSystem.store.clear()
    target = target if "://" in target else str(tmp_path / target)
    for number in range(3):
        pluriset.build_shards(work, tmp_path / f"worker{number}", 3, number)
        pluriset.merge_journals([tmp_path / f"worker{number}"], target)
    pluriset.merge_journals([target], tmp_path / "run")
    assert made(work, tmp_path / "run").books.requests.sent == 0
    made(work, tmp_path / "one")
    assert parquet_files(tmp_path / "run") == parquet_files(tmp_path / "one")


def test_a_segment_that_grew_is_brought_up_to_date_and_an_equal_one_is_not_copied_again(tmp_path: Path) -> None:
    source, target = tmp_path / "worker", tmp_path / "run"
    journal = Journal(source / "journal")
    journal.add_answer(bytes(16), {"text": "one"}, {})
    assert pluriset.merge_journals([source], target) == ["00001.jsonl"]
    assert pluriset.merge_journals([source], target) == []
    journal.add_answer(bytes(range(16)), {"text": "two"}, {})
    assert pluriset.merge_journals([source], target) == ["00001.jsonl"]
    assert len(Journal(target / "journal")) == 2


def test_another_workers_segment_of_the_same_name_gets_the_next_number(tmp_path: Path) -> None:
    for name, digest in (("a", bytes(16)), ("b", bytes(range(16)))):
        Journal(tmp_path / name / "journal").add_answer(digest, {"text": name}, {})
    sources = [tmp_path / "a", tmp_path / "b"]
    assert pluriset.merge_journals(sources, tmp_path / "run") == ["00001.jsonl", "00002.jsonl"]
    assert pluriset.merge_journals(sources[::-1], tmp_path / "run") == []


def test_journals_of_different_runs_are_not_mixed(recipe: Callable[..., Path], tmp_path: Path) -> None:
    for name in ("one", "other"):
        pluriset.build_shards(pluriset.recipe(recipe(["Lying"], name=name)), tmp_path / name, 1)
    with pytest.raises(DataError, match="belong to different runs"):
        pluriset.merge_journals([tmp_path / "one"], tmp_path / "other")
    with pytest.raises(DataError, match="no run here"):
        pluriset.merge_journals([tmp_path / "nowhere"], tmp_path / "other")
