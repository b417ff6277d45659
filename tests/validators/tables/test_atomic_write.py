"""Files and folders that appear as a whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from pluriset.schemas.errors import RunError
from pluriset.validators.tables.atomic_write import atomic_folder, write_atomic, write_error


def test_a_file_is_replaced_and_no_draft_remains(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_atomic(path, "old")
    write_atomic(path, "né".encode())
    assert path.read_text(encoding="utf-8") == "né"
    assert [*tmp_path.iterdir()] == [path]


def test_a_failed_write_keeps_the_old_file_and_says_what_failed(tmp_path: Path) -> None:
    with pytest.raises(RunError) as failed:
        write_atomic(tmp_path / "no" / "report.json", "new")
    assert failed.value.got == "No such file or directory"
    assert "full" not in str(failed.value)


def test_only_a_full_disk_is_called_full(tmp_path: Path) -> None:
    assert "full" in write_error(OSError(errno.ENOSPC, "No space left on device"), tmp_path).what
    assert "full" in write_error(OSError(errno.EDQUOT, "Disk quota exceeded"), tmp_path).what
    denied = write_error(PermissionError(errno.EACCES, "Permission denied"), tmp_path)
    assert (denied.what, denied.got, denied.hint) == ("cannot write", "Permission denied", None)


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_appears_when_its_block_succeeds(tmp_path: Path, exists: bool) -> None:
    target = tmp_path / "out"
    if exists:
        target.mkdir()
    with atomic_folder(target) as draft:
        (draft / "a").write_text("1")
        assert not (target / "a").exists()
    assert [*tmp_path.rglob("*")] == [target, target / "a"]


def test_a_folder_vanishes_when_its_block_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stop"), atomic_folder(tmp_path / "out") as draft:
        (draft / "a").write_text("1")
        raise ValueError("stop")
    assert not [*tmp_path.iterdir()]
