from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import pluriset
from pluriset.cli import main
from pluriset.schemas import bounds
from pluriset.schemas.errors import DataError, RecipeError


def test_bounds_hold_for_their_block_and_nest() -> None:
    with pluriset.bounds(columns=3), pluriset.bounds(files=7):
        assert (bounds.current().columns, bounds.current().files) == (3, 7)
    assert bounds.current() == bounds.DEFAULT


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"colums": 3}, "did you mean 'columns'"),
        ({"columns": 0}, "not a bound for columns"),
        ({"json_depth": 121}, "120"),
    ],
)
def test_an_invalid_bound_is_one_clear_error(changes: dict[str, int], what: str) -> None:
    with pytest.raises(RecipeError, match=what), pluriset.bounds(**changes):
        pass


@pytest.mark.parametrize("given", ["columns", "columns=", "columns=many", "columns=-1", "columns=1e3"])
def test_a_bound_of_the_command_line_is_a_number(given: str) -> None:
    with pytest.raises(RecipeError, match="not a bound"):
        bounds.parse_bounds([given])


@pytest.mark.parametrize("name", bounds.NAMES)
def test_an_error_names_its_bound_and_how_to_raise_it(name: str) -> None:
    error: DataError = bounds.exceeded(name, "a.csv", 10**9)
    assert isinstance(error, DataError)
    assert f"--bound {name}=" in str(error) and f"{getattr(bounds.DEFAULT, name):,}" in str(error)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "json", "parquet", "arrow"])
def test_a_table_that_is_too_wide_is_not_blamed_on_its_file(tmp_path: Path, suffix: str) -> None:
    frame = pl.DataFrame({f"column_{n}": ["a", "b"] for n in range(12)})
    path = tmp_path / f"wide.{suffix}"
    write: dict[str, Any] = {
        "csv": frame.write_csv, "jsonl": frame.write_ndjson, "json": frame.write_json, "parquet": frame.write_parquet,
        "arrow": frame.write_ipc,
    }  # fmt: skip
    write[suffix](path)
    done = CliRunner().invoke(main, ["--bound", "columns=10", "validate", str(path)])
    assert done.exit_code == 2 and "too wide: 12 columns" in done.output and "--bound columns=20" in done.output
    assert "damaged" not in done.output


def test_too_many_files_are_not_read(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.csv").write_text("a\n1\n")
    done = CliRunner().invoke(main, ["validate", str(tmp_path)], env={"PLURISET_BOUNDS": "files=3"})
    assert done.exit_code == 2 and "too many files" in done.output
