from collections.abc import Callable
from pathlib import Path

import pluriset
import pytest
from pluriset.builders.storage import run_folder
from pluriset.schemas.errors import RunError


def test_a_recipe_whose_writing_was_cut_off_locks_no_folder(recipe: Callable[..., Path], tmp_path: Path) -> None:
    (out := tmp_path / "run").mkdir()
    (out / ".recipe.yaml.new").write_text("name: te")
    with run_folder.opened(out, pluriset.recipe(recipe(["Lying"]))):
        assert {path.name for path in out.iterdir()} == {"recipe.yaml", ".lock", ".building"}


def test_a_link_makes_way_for_what_was_built_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    for place in ("elsewhere", "run", "new/data"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "elsewhere/theirs.txt").write_text("not ours")
    (tmp_path / "run/data").symlink_to(tmp_path / "elsewhere")
    run_folder.swap(tmp_path / "run", tmp_path / "new")
    assert (tmp_path / "run/data").is_dir() and not (tmp_path / "run/data").is_symlink()
    assert (tmp_path / "elsewhere/theirs.txt").exists()


def test_a_run_that_cannot_be_held_is_one_clear_error(recipe: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "run" / ".lock").mkdir(parents=True)
    with (
        pytest.raises(RunError, match="cannot hold the run"),
        run_folder.opened(tmp_path / "run", pluriset.recipe(recipe(["Lying"]))),
    ):
        raise AssertionError
