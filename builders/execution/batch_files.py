"""Waves of asks on disk, for whoever answers batch files.

Everything lies in the folder `batch` of a run, four files a wave:

    00001.main.jsonl         what teacher `main` is asked, as an OpenAI batch file; `custom_id` is the digest of the ask
    00001.main.asks.jsonl    what the journal will say of each of these asks
    00001.main.json          the wave itself, written last: without it the other two do not count
    00001.main.out.jsonl     what came back, in any order and number; put there by whoever had it answered

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
from ...schemas.run_layout import BATCHES
from ...validators.tables.atomic_write import write_atomic
from ..asking.question import Question

MOST_ASKS, MOST_BYTES = 50_000, 190_000_000
"""What OpenAI takes in one file, with some room."""


class Wave(BaseModel):
    """One batch file and what became of it."""

    name: str
    """Number and teacher: 00001.main."""
    teacher: str
    """Who is asked."""
    asks: int
    """How many lines the file has."""
    batch: str | None = None
    """The id that the endpoint gave it, if it was submitted."""
    done: bool = False
    """Whether results were taken; what they did not answer is open again."""
    taken: list[str] = []
    """sha256 of the files of results that were about it."""


class Waves:
    """The waves of a run, oldest first."""

    def __init__(self, run: Path) -> None:
        self.folder = run / BATCHES
        self.all = [self._read(path) for path in sorted(self.folder.glob("[0-9]*.json"))]

    def file(self, wave: Wave, ending: str = "") -> Path:
        """The batch file of a wave, or one beside it: `asks` or `out`."""
        return self.folder / f"{wave.name}{ending and '.' + ending}.jsonl"

    def awaited(self) -> list[Wave]:
        """The waves of which no results were taken yet."""
        return [wave for wave in self.all if not wave.done]

    def save(self, wave: Wave) -> None:
        """Write down what is known of a wave."""
        write_atomic(self.folder / f"{wave.name}.json", wave.model_dump_json(indent=1))

    def asks(self, wave: Wave) -> Iterator[tuple[int, dict[str, Any]]]:
        """Every record of `asks` and the byte where it begins: the asks, each after the context that it refers to."""
        with self._asks(wave) as lines:
            offset = 0
            for line in lines:
                yield offset, from_json(line)
                offset += len(line)

    def ask(self, wave: Wave, offset: int) -> dict[str, Any]:
        """The record that begins at this byte."""
        with self._asks(wave) as lines:
            lines.seek(offset)
            record: dict[str, Any] = from_json(lines.readline())
        return record

    def open_asks(self) -> set[bytes]:
        """Digests of the asks of all awaited waves."""
        records = (record for wave in self.awaited() for _, record in self.asks(wave))
        return {bytes.fromhex(record["digest"]) for record in records if "digest" in record}

    def next_number(self) -> int:
        """The number of the next wave."""
        return max((int(wave.name.partition(".")[0]) for wave in self.all), default=0) + 1

    def _asks(self, wave: Wave) -> BinaryIO:
        try:
            return self.file(wave, "asks").open("rb")
        except OSError as error:
            raise DataError("cannot read", where=str(self.file(wave, "asks")), got=error.strerror) from None

    def _read(self, path: Path) -> Wave:
        try:
            return Wave.model_validate_json(path.read_bytes())
        except ValidationError:
            raise DataError("this does not describe a wave of asks", where=str(path)) from None


class Writer:
    """Writes new waves, one teacher a file; they count from `finish` on."""

    def __init__(self, waves: Waves, building: Path) -> None:
        self._waves, self._building = waves, building
        self._written = waves.open_asks()
        self._now: dict[str, _Files] = {}
        self._all: list[_Files] = []

    def add(self, question: Question) -> None:
        """Write down one ask, once. Raises `TeacherError` where the teacher cannot be asked this, or not in batches."""
        if question.digest in self._written:
            return
        body = question.who.teacher.body(question.request())
        files = self._files(question.who.name)
        files.add(question, body)
        self._written.add(question.digest)
        if files.wave.asks >= MOST_ASKS or files.size >= MOST_BYTES:
            del self._now[question.who.name]

    def finish(self) -> None:
        """Put the files where they belong."""
        for files in self._all:
            files.close()
            self._waves.folder.mkdir(exist_ok=True)
            for ending in ("asks", ""):
                path = self._waves.file(files.wave, ending)
                (self._building / path.name).replace(path)
            self._waves.save(files.wave)
            self._waves.all.append(files.wave)

    def _files(self, teacher: str) -> _Files:
        if teacher not in self._now:
            number = self._waves.next_number() + len(self._all)
            wave = Wave(name=f"{number:05d}.{teacher}", teacher=teacher, asks=0)
            self._now[teacher] = _Files(wave, *(self._building / self._waves.file(wave, e).name for e in ("", "asks")))
            self._all.append(self._now[teacher])
        return self._now[teacher]


class _Files:
    """The two files of a wave that is being written."""

    def __init__(self, wave: Wave, requests: Path, asks: Path) -> None:
        self.wave, self.size = wave, 0
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
        self.wave.asks += 1

    def close(self) -> None:
        for file in (self._requests, self._asks):
            file.flush()
            os.fsync(file.fileno())
            file.close()
