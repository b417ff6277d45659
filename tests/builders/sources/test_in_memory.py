from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pandas
import polars
import pyarrow as pa
import pytest

import pluriset
from pluriset.builders.sources import Seed
from pluriset.builders.sources.file import File
from pluriset.schemas.errors import DataError, RecipeError
from pluriset.schemas.recipe import Recipe

ROWS = [{"q": "One", "sid": "a", "topic": "work"}, {"q": "Two", "sid": "b", "topic": None}]


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def recipe(source: Any, **options: Any) -> Recipe:
    return pluriset.recipe("values", source=source, license="mit", **{"text": "q", **options})


def seeds(made: Recipe) -> list[Seed]:
    assert isinstance(made.source, dict)
    found = list(File.model_validate(made.source["file"]).seeds(Path("/elsewhere")))
    assert all(isinstance(seed, Seed) for seed in found)
    return [seed for seed in found if isinstance(seed, Seed)]


@pytest.mark.parametrize(
    "data",
    [
        ROWS,
        pa.Table.from_pylist(ROWS),
        polars.DataFrame(ROWS),
        polars.LazyFrame(ROWS),
        pandas.DataFrame(ROWS),
        datasets.Dataset.from_list(ROWS),
    ],
    ids=lambda data: type(data).__name__,
)
def test_data_in_memory_is_a_source(data: Any) -> None:
    found = seeds(recipe(data, id="sid", fields={"domain": "topic"}))
    assert [(seed.id, seed.text, seed.fields) for seed in found] == [
        ("a", "One", {"domain": "work"}),
        ("b", "Two", {"domain": None}),
    ]


def test_the_same_data_is_written_once_and_other_data_elsewhere() -> None:
    assert recipe(ROWS).source == recipe(ROWS).source != recipe(ROWS[:1]).source
    assert len(list(Path("runs/sources").iterdir())) == 2


def test_a_recipe_may_be_a_mapping() -> None:
    keys = {"name": "own", "license": "mit", "teachers": {"main": "embedded"}, "family": "values"}
    assert seeds(pluriset.recipe({**keys, "source": ROWS}, text="q", n=1))[0].text == "One"
    assert pluriset.recipe({**keys, "source": "sample"}).name == "own"
    with pytest.raises(RecipeError, match="did you mean 'license'"):
        pluriset.recipe({**keys, "source": "sample", "licence": "mit"})


def test_what_is_no_table_or_lacks_a_column_is_an_error() -> None:
    with pytest.raises(DataError, match="not a table"):
        recipe(object())
    with pytest.raises(DataError, match="not a table"):
        recipe([{"q": 1}, {"q": "x"}])
    with pytest.raises(RecipeError, match="text column"):
        recipe(ROWS, text=None)
    with pytest.raises(RecipeError, match="licence"):
        pluriset.recipe("values", source=ROWS, text="q")
    with pytest.raises(RecipeError, match="without a source"):
        pluriset.recipe("values", text="q")
