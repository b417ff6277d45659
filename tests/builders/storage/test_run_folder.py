"""The folder of a run: its lock, and what may already be in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import pluriset
from pluriset.builders.storage import run_folder
from pluriset.schemas.errors import RunError
from pluriset.schemas.run_layout import LOCK


def test_an_interrupted_first_write_of_the_recipe_does_not_block_the_folder(
    recipe: Callable[..., Path], tmp_path: Path
) -> None:
    (out := tmp_path / "run").mkdir()
    (out / ".recipe.yaml.new").write_text("name: te")
    with run_folder.opened(out, pluriset.recipe(recipe(["Lying"]))):
        assert (out / "recipe.yaml").is_file()
        assert not (out / ".recipe.yaml.new").exists()


def test_a_second_build_is_refused_and_names_the_process_that_holds_the_run(tmp_path: Path) -> None:
    with run_folder.locked(tmp_path):
        with pytest.raises(RunError) as refused, run_folder.locked(tmp_path):
            pass
        assert refused.value.got == f"process {os.getpid()}"
    with run_folder.locked(tmp_path):
        pass


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("12345")
    (tmp_path / ".lock.pid").write_text("12345")
    with run_folder.locked(tmp_path):
        pass


def test_the_package_imports_where_there_is_no_fcntl() -> None:
    code = "import sys; sys.modules['fcntl'] = None; import pluriset.builders.execution.run, pluriset.cli"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_link_is_replaced_by_what_was_built_and_its_target_stays(tmp_path: Path) -> None:
    for place in ("elsewhere", "run", "new/data"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "elsewhere/user.txt").write_text("not ours")
    (tmp_path / "run/data").symlink_to(tmp_path / "elsewhere")
    run_folder.swap(tmp_path / "run", tmp_path / "new")
    assert (tmp_path / "run/data").is_dir() and not (tmp_path / "run/data").is_symlink()
    assert (tmp_path / "elsewhere/user.txt").exists()


def test_a_run_that_cannot_be_locked_is_one_clear_error(recipe: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "run" / ".lock").mkdir(parents=True)
    with (
        pytest.raises(RunError, match="cannot lock the run"),
        run_folder.opened(tmp_path / "run", pluriset.recipe(recipe(["Lying"]))),
    ):
        raise AssertionError
