"""A folder as a place to publish to: the files of a repository, with no network."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ...schemas.errors import PublishError
from ..hub.target import Change, Content, StoredFile, TargetState, sha256


class FolderTarget:
    """A folder that holds what a repository on the Hub would hold."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, str(path)

    def there(self) -> TargetState | None:
        """What is there. Raises `PublishError` at a link: what is written through it would be somewhere else."""
        if self.path.is_symlink() or (self.path.exists() and not self.path.is_dir()):
            raise PublishError("not a folder", where=self.name)
        if not self.path.exists():
            return None
        found = list(self.path.rglob("*"))
        if links := [path for path in found if path.is_symlink()]:
            raise PublishError("a link in the folder", where=str(links[0]), expected="files and folders")
        files = [path for path in found if path.is_file()]
        return TargetState(
            {f.relative_to(self.path).as_posix(): StoredFile(f.stat().st_size, sha256(f)) for f in files}
        )

    def read(self, path: str, there: TargetState, most: int) -> bytes:
        """A file of what is there. Raises `PublishError` for one of more than so many bytes."""
        if (size := there.files[path].size) > most:
            where, got = str(self.path / path), f"{size:,} bytes"
            raise PublishError("too large to be read", where=where, got=got, expected=f"at most {most:,} bytes")
        return (self.path / path).read_bytes()

    def put(
        self, files: Mapping[str, Content], changes: list[Change], there: TargetState | None, message: str
    ) -> str | None:
        """Make the folder anew beside the old one, then put it in its place. Raises `PublishError`."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.path.parent, prefix=f".{self.path.name}.") as room:
                fresh, old = Path(room) / "new", Path(room) / "old"
                shutil.copytree(self.path, fresh, symlinks=True) if there else fresh.mkdir()
                for change in changes:
                    _apply(fresh / change.path, files.get(change.path))
                self._swap(fresh, old)
        except OSError as error:
            raise PublishError("cannot write the folder", where=self.name, got=error.strerror or str(error)) from None
        return None

    def _swap(self, fresh: Path, old: Path) -> None:
        """Put the new folder in the place of the old one, or the old one back."""
        try:
            if self.path.exists():
                self.path.rename(old)
            fresh.rename(self.path)
        finally:
            if old.exists() and not self.path.exists():
                old.rename(self.path)


def _apply(path: Path, content: Content | None) -> None:
    """Write one file, or delete it."""
    if content is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        shutil.copyfile(content, path)
