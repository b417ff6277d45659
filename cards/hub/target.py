"""A place to which a dataset is published: what is there, and one change of it, made as a whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

Content = Path | bytes
"""A file on disk, or what a file is to hold."""


class StoredFile(NamedTuple):
    """A file that is there: its size, and the digests by which the place knows it."""

    size: int
    sha256: str | None
    sha1: str | None = None
    """Of a git blob; the Hub keeps a sha256 of large files only."""


@dataclass(frozen=True)
class TargetState:
    """What a place holds."""

    files: dict[str, StoredFile]
    head: str = ""
    """Commit on which it was looked at; empty for a folder."""
    private: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    """Tag -> commit."""


class Change(NamedTuple):
    """What publishing does to one file."""

    path: str
    kind: Literal["added", "changed", "deleted"]
    bytes: int
    """Size of what is sent; 0 for a file that is deleted."""


class Target(Protocol):
    """A repository on the Hub, or a folder."""

    name: str
    """As a user writes it."""

    def there(self) -> TargetState | None:
        """What is there; None if there is no such place."""

    def read(self, path: str, there: TargetState, most: int) -> bytes:
        """A file of what is there, of so many bytes at most."""

    def put(
        self, files: Mapping[str, Content], changes: list[Change], there: TargetState | None, message: str
    ) -> str | None:
        """Make all the changes or none; the commit, if the place has such. Raises `PublishError`."""


def changes(files: Mapping[str, Content], there: TargetState | None, owned: set[str]) -> list[Change]:
    """What publishing these files would do. What we own there and is not among them is deleted, the rest left alone."""
    old = there.files if there else {}
    sent = [
        Change(path, "changed" if path in old else "added", size(content))
        for path, content in files.items()
        if path not in old or not is_same(content, old[path])
    ]
    return sorted([*sent, *(Change(path, "deleted", 0) for path in (owned & set(old)) - set(files))])


def is_same(content: Content, stored: StoredFile) -> bool:
    """Whether a file is byte for byte the one that is there."""
    if size(content) != stored.size:
        return False
    if stored.sha256 is not None:
        return sha256(content) == stored.sha256
    raw = content if isinstance(content, bytes) else content.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest() == stored.sha1


def size(content: Content) -> int:
    """Bytes of a content."""
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def sha256(content: Content) -> str:
    """Digest of a content."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
