"""Batch files of asks on disk, for whoever answers batch files.

Everything lies in the folder `batch` of a run, four files a batch file:

    00001.main.jsonl         what teacher `main` is asked, as an OpenAI batch file; `custom_id` is the digest of the ask
    00001.main.asks.jsonl    what the journal will say of each of these asks
    00001.main.json          the batch file itself, written last: without it the other two do not count
    00001.main.out.jsonl     what came back, in any order and number; put there by whoever had it answered
    answers/p1.jsonl         what annotator p1 answered, a person, whose requests have batch files of their own

https://platform.openai.com/docs/api-reference/batch
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from ...schemas.errors import DataError
from ...schemas.run_layout import ANSWERS, BATCHES
from ...validators.tables.atomic_write import write_atomic
from ..asking.question import Question

MAX_REQUESTS, MAX_BYTES = 50_000, 190_000_000
"""What OpenAI takes in one file, with some room."""


class BatchFile(BaseModel):
    """One batch file and what became of it."""

    name: str
    """Number and teacher: 00001.main."""
    teacher: str
    """Who is asked."""
    asks: int
    """How many lines the file has."""
    annotator: str | None = None
    """The person who is asked; null where a model is."""
    batch: str | None = None
    """The id that the endpoint gave it, if it was submitted."""
    done: bool = False
    """Whether results were taken; what they did not answer is open again."""
    taken: list[str] = []
    """sha256 of the files of results that were about it."""


class BatchFolder:
    """The batch files of a run, oldest first."""

    def __init__(self, run: Path) -> None:
        self.folder = run / BATCHES
        self.all = [self._read(path) for path in sorted(self.folder.glob("[0-9]*.json"))]

    def file(self, batch: BatchFile, ending: str = "") -> Path:
        """The batch file of a batch file, or one beside it: `asks` or `out`."""
        return self.folder / f"{batch.name}{ending and '.' + ending}.jsonl"

    def awaited(self) -> list[BatchFile]:
        """The batch files of which no results were taken yet."""
        return [batch for batch in self.all if not batch.done]

    def waves(self) -> list[BatchFile]:
        """The batch files of people, answered or not."""
        return [batch for batch in self.all if batch.annotator]

    def answers(self, annotator: str) -> Path:
        """The file of what a person answered."""
        return self.folder / ANSWERS / f"{annotator}.jsonl"

    def save(self, batch: BatchFile) -> None:
        """Write down what is known of a batch file."""
        write_atomic(self.folder / f"{batch.name}.json", batch.model_dump_json(indent=1))

    def asks(self, batch: BatchFile) -> Iterator[tuple[int, dict[str, Any]]]:
        """Every record of `asks` and the byte where it begins: the asks, each after the context that it refers to."""
        with self._asks(batch) as lines:
            offset = 0
            for line in lines:
                yield offset, from_json(line)
                offset += len(line)

    def ask(self, batch: BatchFile, offset: int) -> dict[str, Any]:
        """The record that begins at this byte."""
        with self._asks(batch) as lines:
            lines.seek(offset)
            record: dict[str, Any] = from_json(lines.readline())
        return record

    def open_asks(self) -> set[bytes]:
        """Digests of the asks of all awaited batch files."""
        records = (record for batch in self.awaited() for _, record in self.asks(batch))
        return {bytes.fromhex(record["digest"]) for record in records if "digest" in record}

    def remove(self, batch: BatchFile) -> None:
        """Delete a batch file and what lies beside it, the part without which the others do not count first."""
        (self.folder / f"{batch.name}.json").unlink(missing_ok=True)
        for ending in ("", "asks", "out"):
            self.file(batch, ending).unlink(missing_ok=True)
        self.all.remove(batch)

    def next_number(self) -> int:
        """The number of the next batch file."""
        return max((int(batch.name.partition(".")[0]) for batch in self.all), default=0) + 1

    def _asks(self, batch: BatchFile) -> BinaryIO:
        try:
            return self.file(batch, "asks").open("rb")
        except OSError as error:
            raise DataError("cannot read", where=str(self.file(batch, "asks")), got=error.strerror) from None

    def _read(self, path: Path) -> BatchFile:
        try:
            return BatchFile.model_validate_json(path.read_bytes())
        except ValidationError:
            raise DataError("this does not describe a batch file of asks", where=str(path)) from None


class BatchWriter:
    """Writes new batch files, one teacher or person a file; they count from `finish` on."""

    def __init__(self, batches: BatchFolder, building: Path) -> None:
        self._folder, self._building = batches, building
        self._written = batches.open_asks()
        self._now: dict[tuple[str, str | None], _Files] = {}
        """Teacher and person -> the files that are being written."""
        self._all: list[_Files] = []

    def add(self, question: Question) -> None:
        """Write down one ask, once. Raises `TeacherError` where the teacher cannot be asked this, or not in batches."""
        if question.digest in self._written:
            return
        body = question.who.teacher.body(question.request())
        who = question.who.row.annotator_id if question.who.row.kind == "human" else None
        files = self._files(question.who.name, who)
        files.add(question, body)
        self._written.add(question.digest)
        if files.batch.asks >= MAX_REQUESTS or files.size >= MAX_BYTES:
            del self._now[question.who.name, who]

    def finish(self) -> None:
        """Put the files where they belong."""
        for files in self._all:
            files.close()
            self._folder.folder.mkdir(exist_ok=True)
            for ending in ("asks", ""):
                path = self._folder.file(files.batch, ending)
                (self._building / path.name).replace(path)
            self._folder.save(files.batch)
            self._folder.all.append(files.batch)

    def _files(self, teacher: str, annotator: str | None) -> _Files:
        if (teacher, annotator) not in self._now:
            number = self._folder.next_number() + len(self._all)
            batch = BatchFile(name=f"{number:05d}.{annotator or teacher}", teacher=teacher, asks=0, annotator=annotator)
            files = _Files(batch, *(self._building / self._folder.file(batch, e).name for e in ("", "asks")))
            self._now[teacher, annotator] = files
            self._all.append(files)
        return self._now[teacher, annotator]


class _Files:
    """The two files of a batch file that is being written."""

    def __init__(self, batch: BatchFile, requests: Path, asks: Path) -> None:
        self.batch, self.size = batch, 0
        self._contexts: set[str] = set()
        self._requests: BinaryIO = requests.open("wb")
        self._asks: BinaryIO = asks.open("wb")

    def add(self, question: Question, body: bytes) -> None:
        head = b'{"custom_id":"%s","method":"POST","url":"/v1/chat/completions","body":'
        self.size += self._requests.write(head % question.digest.hex().encode() + body + b"}\n")
        if question.context not in self._contexts:
            self._contexts.add(question.context)
            self._asks.write(to_json({"context": question.context, **question.facts}) + b"\n")
        self._asks.write(to_json({"digest": question.digest.hex(), "ask": question.record()}) + b"\n")
        self.batch.asks += 1

    def close(self) -> None:
        for file in (self._requests, self._asks):
            file.flush()
            os.fsync(file.fileno())
            file.close()
