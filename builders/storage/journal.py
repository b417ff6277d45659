"""Every paid answer, on disk before it is looked at.

A journal is a folder of segments `00001.jsonl`, `00002.jsonl`, ..., and of a sharded build also
`00003.00001-of-00016.jsonl`. Each process starts its own segment and never touches another's. A line is one of

    {"digest": null, "journal": 2, "pluriset": "0.1.0"}   first line: version of the format, and what wrote it
    {"digest": ..., "answer": {...}, "ask": {...}}        an answer, and what was asked
    {"digest": ..., "failure": {...}}                     why there is no answer: for now, or at all
    {"digest": ..., "void": "..."}                        earlier records of this digest no longer count
    {"digest": null, "built": true}                       a build finished that asked again for all that was void
    {"digest": null, "context": ..., ...}                 teacher and schema that digests of this segment refer to
    {"digest": null, "person": "p1", "attributes": {...}} what an annotator who is a person declared; the last counts
    {"digest": null, "withdrawn": "p1"}                   this person withdrew: their answers were erased

A segment without a first line of that kind is of version 1, which differs in nothing else. Unknown lines and unknown
fields of an answer are skipped, so that a new kind of either needs no new version. Of several answers to one digest the
first counts. A last line without a newline was cut off by a crash and is skipped. In memory there is only digest ->
location, one int of place in the order of segments and offset.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json

from ...schemas.errors import DataError
from ...validators.tables.atomic_write import write_error
from .shard import Segment, Shard, concerning, segments

VERSION = 2
"""Version of the format; a reader refuses a newer one."""
BINARY = getattr(os, "O_BINARY", 0)
"""Without it Windows rewrites line ends."""
OFFSET_BITS = 44
PAGE = 4096
KEYED = re.compile(rb'\{"digest":"([0-9a-f]{32})","(answer|failure|void)":')
CONTEXT = re.compile(rb'\{"digest":null,"context":"([0-9a-f]{32})",')
HEADER, BUILT = b'{"digest":null,"journal":', b'{"digest":null,"built":'
SEED = re.compile(rb',"seed":("(?:[^"\\\\]|\\\\.)*"),"sample":')
PERSON, WITHDRAWN = b'{"digest":null,"person":', b'{"digest":null,"withdrawn":'
ANSWER = {"text": str, "finish": str, "input_tokens": int, "output_tokens": int, "model": str, "logprobs": list}
"""Types of the fields of an answer."""


class Journal:
    """The answers of a run. Open it, look up, append, close. Raises `DataError` for a newer version of the format.

    With a `shard` only the answers about its seeds are indexed, and segments of its other shards are not read at all.
    """

    def __init__(self, folder: Path, shard: Shard | None = None) -> None:
        self.folder, self.shard = folder, shard
        self.answers: dict[bytes, int] = {}
        """Digest -> location of the answer that counts."""
        self.failures: dict[bytes, int] = {}
        """Digest -> location of the reason why there is no answer."""
        self.voided: set[bytes] = set()
        """Digests that were voided since a build last finished."""
        self.people: dict[str, dict[str, str]] = {}
        """Annotators who are people -> the attributes that they declared."""
        self.withdrawn: set[str] = set()
        """Annotators who withdrew: they are asked nothing more."""
        self.damaged = 0
        """Lines that are no records and are skipped, but for a last one that was cut off."""
        self._superseded: list[int] = []
        self._readers: dict[int, int] = {}
        self._contexts: dict[str, int] = {}
        self._own_contexts: set[str] = set()
        self._writer: int | None = None
        self._end = self._synced = 0
        self.segments = segments(folder) if shard is None else concerning(segments(folder), shard)
        """The segments that were read, and our own once it is started."""
        for number in range(len(self.segments)):
            self._index(number)

    def __len__(self) -> int:
        return len(self.answers)

    def answer(self, digest: bytes) -> dict[str, Any] | None:
        """The answer to a digest, if there is one."""
        record = self.record(digest)
        return None if record is None else record["answer"]

    def failure(self, digest: bytes) -> tuple[str, str]:
        """Why there is no answer to a digest: reason and detail."""
        location = self.failures.get(digest)
        if location is None:
            return "never asked", "the journal has no record of this ask"
        failure = self._read(location)["failure"]
        return failure["reason"], failure["detail"]

    def record(self, digest: bytes) -> dict[str, Any] | None:
        """The whole record of an answer: `answer`, and what was asked as `ask`."""
        location = self.answers.get(digest)
        return None if location is None else self._read(location)

    def context(self, context: str) -> dict[str, Any] | None:
        """The teacher and the schema that a context digest stands for."""
        location = self._contexts.get(context)
        return None if location is None else self._read(location)

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record that counts, in the order of the digests' first answers."""
        for location in self.answers.values():
            yield self._read(location)

    def superseded(self) -> Iterator[dict[str, Any]]:
        """Every answer that does not count, because it came second or was voided; it was paid for all the same."""
        for location in self._superseded:
            yield self._read(location)

    @cached_property
    def contradicted(self) -> int:
        """Later answers that say something else than the first one to the same digest, which counts.

        A killed build may have paid for some twice. They are compared once, when this is first asked for.
        """
        later = [(one["answer"]["text"], self.answer(bytes.fromhex(one["digest"]))) for one in self.superseded()]
        return sum(first is not None and first["text"] != text for text, first in later)

    def add_answer(self, digest: bytes, answer: dict[str, Any], ask: dict[str, Any]) -> None:
        """Write an answer; it is with the kernel when this returns. Raises `RunError`."""
        self._register(b"answer", digest, self._append({"digest": digest.hex(), "answer": answer, "ask": ask}))

    def add_failure(self, digest: bytes, reason: str, detail: str) -> None:
        """Write that there is no answer. Raises `RunError`."""
        failure = {"reason": reason, "detail": detail}
        self._register(b"failure", digest, self._append({"digest": digest.hex(), "failure": failure}))

    def add_void(self, digest: bytes, reason: str) -> None:
        """Write that earlier records of a digest no longer count, so that it is asked again. Raises `RunError`."""
        self._register(b"void", digest, self._append({"digest": digest.hex(), "void": reason}))

    def add_built(self) -> None:
        """Write that a build finished, if anything was voided: later voids are of the next build. Raises `RunError`."""
        if self.voided:
            self._append({"digest": None, "built": True})
            self.voided.clear()

    def add_context(self, context: str, facts: dict[str, Any]) -> None:
        """Write, once a segment, what a context digest stands for. Raises `RunError`."""
        if context not in self._own_contexts:
            self._own_contexts.add(context)
            self._contexts[context] = self._append({"digest": None, "context": context, **facts})

    def add_person(self, annotator: str, attributes: dict[str, str]) -> None:
        """Write what a person declared of themselves, if that is new. Raises `RunError`."""
        if self.people.get(annotator) != attributes:
            self._append({"digest": None, "person": annotator, "attributes": attributes})
            self.people[annotator] = attributes

    def add_withdrawn(self, annotator: str) -> None:
        """Write that a person withdrew. Raises `RunError`."""
        if annotator not in self.withdrawn:
            self._append({"digest": None, "withdrawn": annotator})
            self.withdrawn.add(annotator)

    def sync(self) -> None:
        """Flush everything that was written to disk. Raises `RunError`."""
        if self._writer is not None and self._synced < self._end:
            end = self._end
            try:
                os.fsync(self._writer)
            except OSError as error:
                hint = "run the same command again: lost answers are requested again"
                raise write_error(error, self.folder, "cannot sync the journal to disk", hint) from None
            self._synced = end

    def close(self) -> None:
        """Sync and close the files."""
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
            self._writer = self._start_segment()
            self._append({"digest": None, "journal": VERSION, "pluriset": version("pluriset")})
        line, start = to_json(record, inf_nan_mode="strings") + b"\n", self._end
        try:
            written = os.write(self._writer, line)
            while written < len(line):  # a full disk takes a part, then says why it takes no more
                written += os.write(self._writer, line[written:])
        except OSError as error:
            os.ftruncate(self._writer, start)
            raise write_error(error, self.folder, "cannot write to the journal; earlier answers are kept") from None
        self._end += len(line)
        return len(self.segments) - 1 << OFFSET_BITS | start

    def _start_segment(self) -> int:
        """Open a segment of our own, after all that exist; one that another process just took is left to it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        number = max((one.number for one in segments(self.folder)), default=0)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | BINARY
        while True:
            own = Segment(number := number + 1, self.shard)
            with suppress(FileExistsError):
                writer = os.open(self.folder / own.name, flags, 0o644)
                self.segments.append(own)
                return writer

    def _index(self, segment: int) -> None:
        offset, shard = 0, self.shard
        if self.segments[segment].shard == shard:
            shard = None  # all of it is ours
        with self._path(segment).open("rb") as file:
            for line in file:
                if line.endswith(b"}\n") and (shard is None or _concerns(line, shard)):
                    self._index_line(line, segment << OFFSET_BITS | offset)
                self.damaged += line.endswith(b"\n") and not line.endswith(b"}\n")
                offset += len(line)

    def _index_line(self, line: bytes, location: int) -> None:
        if keyed := KEYED.match(line):
            self._register(keyed[2], bytes.fromhex(keyed[1].decode()), location)
        elif context := CONTEXT.match(line):
            self._contexts[context[1].decode()] = location
        elif line.startswith(BUILT):
            self.voided.clear()
        elif line.startswith(HEADER):
            self._check_version(line, location)
        elif line.startswith((PERSON, WITHDRAWN)):
            self._register_person(line)

    def _check_version(self, line: bytes, location: int) -> None:
        try:
            header = from_json(line)
        except ValueError:
            return  # damaged, and no answer is lost by it
        if type(header["journal"]) is int and header["journal"] > VERSION:
            raise DataError(
                "the journal was written by a newer pluriset",
                where=str(self._path(location >> OFFSET_BITS)),
                got=f"format {header['journal']}",
                expected=f"format {VERSION} or older",
                hint=f"install pluriset {header.get('pluriset') or 'of that format'} or later",
            )

    def _register_person(self, line: bytes) -> None:
        try:
            record = from_json(line)
            if "withdrawn" in record:
                self.withdrawn.add(record["withdrawn"])
            else:
                self.people[record["person"]] = record["attributes"]
        except (ValueError, KeyError, TypeError):
            self.damaged += 1  # declared again with the next answers that are taken

    def _register(self, kind: bytes, digest: bytes, location: int) -> None:
        if kind == b"answer":
            if self.answers.setdefault(digest, location) != location:
                self._superseded.append(location)
            self.failures.pop(digest, None)
        elif kind == b"failure":
            self.failures[digest] = location
        else:
            if (voided := self.answers.pop(digest, None)) is not None:
                self._superseded.append(voided)
            self.failures.pop(digest, None)
            self.voided.add(digest)

    def _read(self, location: int) -> dict[str, Any]:
        segment, offset = location >> OFFSET_BITS, location & (1 << OFFSET_BITS) - 1
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
                raise ValueError("a field is missing or has another type")
        except ValueError as error:
            raise DataError(
                "a damaged record in the journal",
                where=f"{self._path(segment)}, byte {offset}",
                got=str(error),
                hint="delete this line: what it answered is asked again",
            ) from None
        return record

    def _path(self, segment: int) -> Path:
        return self.folder / self.segments[segment].name


def _concerns(line: bytes, shard: Shard) -> bool:
    """Whether a line is about a seed of a shard, or does not say what seed it is about."""
    seed = SEED.match(line, line.rfind(b',"seed":"'))
    return seed is None or shard.has(from_json(seed[1]))


def _pread(descriptor: int, size: int, offset: int) -> bytes:
    """`os.pread`, which Windows lacks; a journal is read by one thread."""
    if hasattr(os, "pread"):
        return os.pread(descriptor, size, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, size)


def _is_whole(record: dict[str, Any]) -> bool:
    """Whether a record has what its readers need; one is read for each request, so only types are looked at."""
    if "answer" in record:
        answer = record["answer"]
        return (
            isinstance(answer, dict)
            and "text" in answer
            and all(type(value) is ANSWER.get(name, type(value)) for name, value in answer.items())
            and isinstance(record.get("ask"), dict)
        )
    if "failure" in record:
        failure = record["failure"]
        return isinstance(failure, dict) and all(type(failure.get(name)) is str for name in ("reason", "detail"))
    return True
