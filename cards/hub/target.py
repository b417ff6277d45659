"""A target to publish to: its state, and one commit that is made as a whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

Content = Path | bytes
"""The content of a file: a file on disk, or its bytes."""


class StoredFile(NamedTuple):
    """A file in a target: its size and digests."""

    size: int
    sha256: str | None
    sha1: str | None = None
    """Of the git blob; the Hub has a sha256 of large files only."""


@dataclass(frozen=True)
class TargetState:
    """What a target holds at one commit."""

    files: dict[str, StoredFile]
    head: str = ""
    """The commit; empty for a folder."""
    private: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    """Tag -> commit."""


class Change(NamedTuple):
    """What publishing does to one file."""

    path: str
    kind: Literal["added", "changed", "deleted"]
    bytes: int
    """Bytes to send; 0 for a deleted file."""


class Target(Protocol):
    """A repository on the Hub, or a folder."""

    name: str
    """As a user writes it."""

    def state(self) -> TargetState | None:
        """The current state; None if the target does not exist yet."""

    def read(self, path: str, state: TargetState, max_bytes: int) -> bytes:
        """The bytes of a small file. Raises `PublishError` if it is larger than `max_bytes`."""

    def commit(
        self, files: Mapping[str, Content], changes: list[Change], state: TargetState | None, message: str
    ) -> str | None:
        """Make all changes or none, on top of `state`; the new commit, if the target has commits.

        Raises `PublishError`.
        """


def changes(files: Mapping[str, Content], state: TargetState | None, managed: set[str]) -> list[Change]:
    """The changes that bring `files` into a target. Of other files, only the `managed` ones are deleted."""
    current = state.files if state else {}
    sent = [
        Change(path, "changed" if path in current else "added", size(content))
        for path, content in files.items()
        if path not in current or not is_same(content, current[path])
    ]
    return sorted([*sent, *(Change(path, "deleted", 0) for path in (managed & set(current)) - set(files))])


def is_same(content: Content, stored: StoredFile) -> bool:
    """Whether a stored file has this content, byte for byte."""
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
    """Hex digest of a content."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
