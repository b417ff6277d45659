"""What people answer, on disk before it is acknowledged: one file for each annotator, only ever appended to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from ...validators.tables.atomic_write import write_error
from ..execution.human_answers import Answers, read_answers


class AnswerLog:
    """The answers of one annotator. One process writes at a time."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.answers: Answers = read_answers(file)
        _cut_torn_line(file)

    def add(self, digest: str, answer: dict[str, Any]) -> None:
        """Save an answer; the disk has it when this returns. Raises `RunError`, and then nothing was saved."""
        self._append({"custom_id": digest, "answer": answer})
        self.answers.by_digest[digest] = answer

    def add_attributes(self, annotator: str, attributes: dict[str, str]) -> None:
        """Save what the annotator declared of themselves. Raises `RunError`."""
        self._append({"person": annotator, "attributes": attributes})
        self.answers.attributes = attributes

    def add_attention(self, place: int, passed: bool) -> None:
        """Save how an attention item was answered. Raises `RunError`."""
        self._append({"attention": place, "passed": passed})
        self.answers.attention[place] = passed

    def _append(self, record: dict[str, Any]) -> None:
        line, is_new = to_json(record) + b"\n", not self.file.exists()
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise write_error(error, self.file, "cannot save the answer") from None
        try:
            _write_durably(descriptor, line)
            if is_new:
                _sync_folder(self.file.parent)
        except OSError as error:
            raise write_error(error, self.file, "cannot save the answer") from None
        finally:
            os.close(descriptor)


def _write_durably(descriptor: int, line: bytes) -> None:
    """Append a line to a file and flush it to the disk, or leave the file as it was. Raises `OSError`."""
    start = os.fstat(descriptor).st_size
    try:
        written = 0
        while written < len(line):  # a full disk takes a part, then says why it takes no more
            written += os.write(descriptor, line[written:])
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, start)
        raise


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _cut_torn_line(file: Path) -> None:
    """Remove what a crash left of a last line, which was never acknowledged, so that the next one begins a line."""
    if file.exists():
        content = file.read_bytes()
        if (end := content.rfind(b"\n") + 1) < len(content):
            os.truncate(file, end)
