"""A folder as a target: the files of a repository, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from ...schemas.errors import PublishError
from ...validators.tables.atomic_write import atomic_folder
from ..hub.target import Change, Content, StoredFile, TargetState, sha256


class FolderTarget:
    """A folder that holds what a repository on the Hub would hold."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, str(path)

    def state(self) -> TargetState | None:
        """The current files. Raises `PublishError` at a symlink: writing through it would write somewhere else."""
        if self.path.is_symlink() or (self.path.exists() and not self.path.is_dir()):
            raise PublishError("not a folder", where=self.name)
        if not self.path.exists():
            return None
        paths = list(self.path.rglob("*"))
        if links := [path for path in paths if path.is_symlink()]:
            raise PublishError("a symlink in the folder", where=str(links[0]), expected="files and folders")
        files = {
            path.relative_to(self.path).as_posix(): StoredFile(path.stat().st_size, sha256(path))
            for path in paths
            if path.is_file()
        }
        return TargetState(files)

    def read(self, path: str, state: TargetState, max_bytes: int) -> bytes:
        """The bytes of a small file. Raises `PublishError` if it is larger than `max_bytes`."""
        if (size := state.files[path].size) > max_bytes:
            where, expected = str(self.path / path), f"at most {max_bytes:,} bytes"
            raise PublishError("file too large to read", where=where, got=f"{size:,} bytes", expected=expected)
        return (self.path / path).read_bytes()

    def commit(
        self, files: Mapping[str, Content], changes: list[Change], state: TargetState | None, message: str
    ) -> str | None:
        """Assemble the new folder beside the old one, then swap them. Raises `PublishError`."""
        try:
            with atomic_folder(self.path, replace=True) as draft:
                if state:
                    shutil.copytree(self.path, draft, symlinks=True, dirs_exist_ok=True)
                for change in changes:
                    _apply(draft / change.path, files.get(change.path))
        except OSError as error:
            raise PublishError("cannot write the folder", where=self.name, got=error.strerror or str(error)) from None
        return None


def _apply(path: Path, content: Content | None) -> None:
    """Write one file, or delete it where there is no content."""
    if content is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        shutil.copyfile(content, path)
