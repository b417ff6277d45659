import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pluriset.builders.curation.decontaminate import Decontaminate
from pluriset.schemas.errors import DataError
from pluriset.tests.builders.curation.bench import Bench, situation

Make = Callable[..., Bench]
QUESTION = "Is it right to break a promise to a friend in order to save a stranger?"


@pytest.fixture
def benchmark_file(tmp_path: Path) -> Path:
    rows = [
        {"id": 1, "question": QUESTION, "answer": "It depends on them."},
        {"id": 2, "question": "Why?", "answer": None},
    ]
    path = tmp_path / "morals.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_shared_run_of_words_is_removed_and_named(bench: Make, benchmark_file: Path) -> None:
    copied = "My neighbour asked: is it right to break a PROMISE to a friend, and I said no"
    rows = [
        situation("a", copied),
        situation("b", "Is it right to break a promise?"),
        situation("c", "it depends on them"),
        situation("d", "why"),
    ]
    done = bench(*rows).run(Decontaminate(benchmarks=(benchmark_file,)))
    assert done.keys("situations") == ["b", "d"]
    assert done.rejects("key, detail") == [
        ("a", "morals.jsonl: is it right to break a promise to"),
        ("c", "morals.jsonl: it depends on them"),
    ]


def test_a_longer_run_must_be_shared_where_the_recipe_says_so(bench: Make, benchmark_file: Path) -> None:
    rows = [situation("a", "Is it right to break a promise to a bank?")]
    assert bench(*rows).run(Decontaminate(benchmarks=(benchmark_file,), words=12)).keys("situations") == ["a"]


def test_a_missing_benchmark_is_an_error(bench: Make, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        bench(situation("a")).run(Decontaminate(benchmarks=(tmp_path / "absent.jsonl",)))
