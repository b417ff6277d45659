"""Every paid answer, on disk before it is looked at.

A journal is a folder of segments `00001.jsonl`, `00002.jsonl`, ... Each process starts its own segment and never
touches another's. A line is one of

    {"digest": ..., "answer": {...}, "ask": {...}}   an answer, and what was asked
    {"digest": ..., "failure": {...}}                why no answer could be had: for now, or at all
    {"digest": ..., "void": "..."}                   what stands above is no longer the answer
    {"digest": null, "built": true}                  a build was finished that asked again for all that was void
    {"digest": null, "context": ..., ...}            teacher and schema that digests of this segment refer to

Of several answers to one digest the first counts. A last line without a newline was cut off by a crash and is
skipped. In memory there is only digest -> place, one int of segment and offset.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json

from ...schemas.errors import DataError
from ...validators.tables.atomic_write import write_error

BINARY = getattr(os, "O_BINARY", 0)
"""Without it Windows rewrites line ends."""
OFFSET_BITS = 44
PAGE = 4096
KEYED = re.compile(rb'\{"digest":"([0-9a-f]{32})","(answer|failure|void)":')
CONTEXT = re.compile(rb'\{"digest":null,"context":"([0-9a-f]{32})",')
BUILT = b'{"digest":null,"built":'
SEGMENT = re.compile(r"[0-9]{5}|[1-9][0-9]{5,}")
ANSWER = {"text": str, "finish": str, "input_tokens": int, "output_tokens": int, "model": str, "logprobs": list}
"""What an answer holds: the fields of a completion."""


class Journal:
    """The answers of a run. Open it, look up, append, close."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places: dict[bytes, int] = {}
        self.failures: dict[bytes, int] = {}
        self.voided: set[bytes] = set()
        """Digests that were voided since a build was finished last."""
        self._beaten: list[int] = []
        self._readers: dict[int, int] = {}
        self._contexts: dict[str, int] = {}
        self._told: set[str] = set()
        self._writer: int | None = None
        self._own = 0
        self._end = self._synced = 0
        for segment in self.segments():
            self._index(segment)

    def __len__(self) -> int:
        return len(self.places)

    def segments(self) -> list[int]:
        """Numbers of the segments on disk; a file of another name, such as a copy, is none."""
        stems = (path.stem for path in self.folder.glob("*.jsonl"))
        return sorted(int(stem) for stem in stems if SEGMENT.fullmatch(stem))

    def answer(self, digest: bytes) -> dict[str, Any] | None:
        """The answer to a digest, if there is one."""
        place = self.places.get(digest)
        return None if place is None else self._read(place)["answer"]

    def failure(self, digest: bytes) -> tuple[str, str]:
        """Why there is no answer to a digest: reason and detail."""
        place = self.failures.get(digest)
        if place is None:
            return "never asked", "the journal has no record of this ask"
        failure = self._read(place)["failure"]
        return failure["reason"], failure["detail"]

    def record(self, digest: bytes) -> dict[str, Any] | None:
        """The whole record of an answer: `answer`, and what was asked as `ask`."""
        place = self.places.get(digest)
        return None if place is None else self._read(place)

    def context(self, context: str) -> dict[str, Any] | None:
        """The teacher and the schema that a context digest stands for."""
        place = self._contexts.get(context)
        return None if place is None else self._read(place)

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record that counts, in the order of the digests' first answers."""
        for place in self.places.values():
            yield self._read(place)

    def beaten(self) -> Iterator[dict[str, Any]]:
        """Every answer that does not count, because it came second or was voided; it was paid for all the same."""
        for place in self._beaten:
            yield self._read(place)

    def add_answer(self, digest: bytes, answer: dict[str, Any], ask: dict[str, Any]) -> None:
        """Write an answer; it is with the kernel when this returns."""
        self._keep(b"answer", digest, self._append({"digest": digest.hex(), "answer": answer, "ask": ask}))

    def add_failure(self, digest: bytes, reason: str, detail: str) -> None:
        """Write that no answer could be had."""
        failure = {"reason": reason, "detail": detail}
        self._keep(b"failure", digest, self._append({"digest": digest.hex(), "failure": failure}))

    def add_void(self, digest: bytes, reason: str) -> None:
        """Write that what stands in the journal is no longer the answer, so that it is asked again."""
        self._keep(b"void", digest, self._append({"digest": digest.hex(), "void": reason}))

    def add_built(self) -> None:
        """Write that a build is finished, if that settles anything: what is voided from now on is voided anew."""
        if self.voided:
            self._append({"digest": None, "built": True})
            self.voided.clear()

    def add_context(self, context: str, facts: dict[str, Any]) -> None:
        """Write once a segment what a context digest stands for."""
        if context not in self._told:
            self._told.add(context)
            self._contexts[context] = self._append({"digest": None, "context": context, **facts})

    def sync(self) -> None:
        """Ask the disk to hold everything that was written."""
        if self._writer is not None and self._synced < self._end:
            end = self._end
            try:
                os.fsync(self._writer)
            except OSError as error:
                hint = "run the same command again: lost answers are requested again"
                raise write_error(error, self.folder, "cannot sync the journal to disk", hint) from None
            self._synced = end

    def close(self) -> None:
        """Sync, and let go of the files."""
        try:
            self.sync()
        finally:
            for descriptor in self._readers.values():
                os.close(descriptor)
            self._readers.clear()
            if self._writer is not None:
                os.close(self._writer)
                self._writer = None

    def _append(self, record: dict[str, Any]) -> int:
        if self._writer is None:
            self._start()
        line, start = to_json(record, inf_nan_mode="strings") + b"\n", self._end
        assert self._writer is not None
        try:
            written = os.write(self._writer, line)
            while written < len(line):  # a full disk takes a part, then says why it takes no more
                written += os.write(self._writer, line[written:])
        except OSError as error:
            os.ftruncate(self._writer, start)
            raise write_error(error, self.folder, "cannot write to the journal; earlier answers are kept") from None
        self._end += len(line)
        return self._own << OFFSET_BITS | start

    def _start(self) -> None:
        """Open a segment of our own, after all that exist."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._own = max(self.segments(), default=0) + 1
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | BINARY
        self._writer = os.open(self._path(self._own), flags, 0o644)

    def _index(self, segment: int) -> None:
        offset = 0
        with self._path(segment).open("rb") as file:
            for line in file:
                if line.endswith(b"}\n"):
                    self._place(line, segment << OFFSET_BITS | offset)
                offset += len(line)

    def _place(self, line: bytes, place: int) -> None:
        if found := KEYED.match(line):
            self._keep(found[2], bytes.fromhex(found[1].decode()), place)
        elif told := CONTEXT.match(line):
            self._contexts[told[1].decode()] = place
        elif line.startswith(BUILT):
            self.voided.clear()

    def _keep(self, kind: bytes, digest: bytes, place: int) -> None:
        if kind == b"answer":
            if self.places.setdefault(digest, place) != place:
                self._beaten.append(place)
            self.failures.pop(digest, None)
        elif kind == b"failure":
            self.failures[digest] = place
        else:
            if (voided := self.places.pop(digest, None)) is not None:
                self._beaten.append(voided)
            self.failures.pop(digest, None)
            self.voided.add(digest)

    def _read(self, place: int) -> dict[str, Any]:
        segment, offset = place >> OFFSET_BITS, place & (1 << OFFSET_BITS) - 1
        if segment not in self._readers:
            self._readers[segment] = os.open(self._path(segment), os.O_RDONLY | BINARY)
        size = PAGE
        while (end := (chunk := _pread(self._readers[segment], size, offset)).find(b"\n")) < 0:
            if len(chunk) < size:
                raise DataError("the journal is cut short", where=f"{self._path(segment)}, byte {offset}")
            size *= 4
        try:
            record: dict[str, Any] = from_json(chunk[:end])
            if not _is_whole(record):
                raise ValueError("parts of it are missing, or are not what was written")
        except ValueError as error:
            raise DataError(
                "a damaged record in the journal",
                where=f"{self._path(segment)}, byte {offset}",
                got=str(error),
                hint="delete this line: what it answered is asked again",
            ) from None
        return record

    def _path(self, segment: int) -> Path:
        return self.folder / f"{segment:05d}.jsonl"


def _pread(descriptor: int, size: int, offset: int) -> bytes:
    """`os.pread`, which Windows lacks; a journal is read by one thread."""
    if hasattr(os, "pread"):
        return os.pread(descriptor, size, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, size)


def _is_whole(record: dict[str, Any]) -> bool:
    """Whether a record has what its readers rely on; one is read for each ask, so only types are looked at."""
    if "answer" in record:
        answer = record["answer"]
        known = isinstance(answer, dict) and all(type(value) is ANSWER.get(name) for name, value in answer.items())
        return known and "text" in answer and isinstance(record.get("ask"), dict)
    if "failure" in record:
        failure = record["failure"]
        return isinstance(failure, dict) and all(type(failure.get(name)) is str for name in ("reason", "detail"))
    return True
