"""Files and folders that appear as a whole or not at all: a draft beside the target is renamed onto it.

Lives in the lowest package that does I/O, so that builders, validators and cards share it.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...schemas.errors import RunError

FULL = {errno.ENOSPC, errno.EDQUOT}
"""Errors of the operating system that mean no space is left."""


def draft_name(name: str) -> str:
    """What a file is called while it is being written."""
    return f".{name}.new"


def write_atomic(path: Path, content: str | bytes) -> None:
    """Replace a file durably: after a crash it has either the old content or the new. Raises `RunError`."""
    draft = path.with_name(draft_name(path.name))
    try:
        draft.unlink(missing_ok=True)  # what an earlier crash left, or a link that leads elsewhere
        with draft.open("xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise write_error(error, path) from None


@contextmanager
def atomic_folder(target: Path, replace: bool = False) -> Iterator[Path]:
    """An empty draft folder that becomes `target` when the block succeeds and is deleted when it fails.

    `target` must be missing or empty, unless it is to be replaced. Scratch files may go beside the draft: its parent
    is deleted in any case.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
        draft, backup = Path(scratch) / "draft", Path(scratch) / "backup"
        draft.mkdir()
        yield draft
        try:
            if target.is_dir():  # Windows renames onto nothing that exists
                target.rename(backup) if replace else target.rmdir()
            draft.rename(target)
        finally:
            if backup.exists() and not target.exists():
                backup.rename(target)


def write_error(error: OSError, path: Path, what: str = "cannot write", hint: str | None = None) -> RunError:
    """The error to raise when writing fails; only a full disk is called one."""
    if error.errno in FULL:
        what, hint = f"{what}: the disk is full", "free some space and run the same command again"
    return RunError(what, where=str(path), got=error.strerror or str(error), hint=hint)
