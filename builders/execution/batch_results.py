"""What comes back of batches, taken into the journal line by line: in any order and number, and more than once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from ...schemas.errors import BadCompletion, DataError, TeacherError, TeacherUnavailable
from ...schemas.request import Completion
from ..asking.engine import CANNOT, UNAVAILABLE
from ..openai_api import chat
from ..storage.journal import Journal
from .batch_files import Wave, Waves

TAKEN = "taken.jsonl"


class _Response(BaseModel):
    status_code: int | None = None
    body: Any = None


class _Line(BaseModel):
    """A line of results: what one ask was answered."""

    custom_id: str
    response: _Response | None = None
    error: Any = None

    def completion(self, model: str) -> Completion:
        """The answer. Raises `BadCompletion` if asking again cannot help, else `TeacherUnavailable`."""
        response = self.response or _Response()
        if self.error is None and response.status_code == 200:
            try:
                return chat.Reply.model_validate(response.body).completion(model)
            except ValidationError:
                raise TeacherUnavailable("no chat completion came back", got=chat.said(response.body)) from None
        got = f"HTTP {response.status_code}: {chat.said(self.error or response.body)}"
        kind = BadCompletion if response.status_code in chat.THIS_ONE else TeacherUnavailable
        raise kind("the batch has no answer to this", got=got)


class Results:
    """Takes files of results into the journal of a run."""

    def __init__(self, waves: Waves, journal: Journal) -> None:
        self._waves, self._journal = waves, journal
        self._asked: dict[bytes, tuple[Wave, int]] = {}
        """Wave and place of every ask that has no answer yet, or whose wave is awaited."""
        self._contexts: dict[str, dict[str, Any]] = {}
        for wave in waves.all:
            for offset, record in waves.asks(wave):
                self._index(wave, offset, record)

    def take(self, file: Path, own: Wave | None = None) -> None:
        """Take a file, which ends its own wave, and others once all their asks have come back. Raises `DataError`.

        Once: an ask that failed in it may be in a later wave by now, which an old file must not end.
        """
        try:
            with file.open("rb") as lines:
                mark = hashlib.file_digest(lines, "sha256").hexdigest()
                lines.seek(0)
                about = {} if any(mark in wave.taken for wave in self._waves.all) else self._lines(lines, file.name)
        except OSError as error:
            raise DataError("cannot read the results of a batch", where=str(file), got=error.strerror) from None
        self._journal.sync()
        for wave in (about | ({own.name: own} if own else {})).values():
            wave.done = wave.done or wave is own or self._is_back(wave)
            wave.taken = [*wave.taken, mark]
            self._waves.save(wave)

    def _is_back(self, wave: Wave) -> bool:
        """Whether every ask of a wave has an answer, or a reason why not: else the rest may be on its way."""
        asks = (bytes.fromhex(record["digest"]) for _, record in self._waves.asks(wave) if "digest" in record)
        return all(digest in self._journal.answers or digest in self._journal.failures for digest in asks)

    def _lines(self, lines: Iterable[bytes], name: str) -> dict[str, Wave]:
        """Take every line, and note what they were; the waves that they are about, by name."""
        counts, about = Counter[str](), dict[str, Wave]()
        for line in lines:
            what, wave = self._line(line)
            counts[what] += 1
            about |= {wave.name: wave} if wave else {}
        self._waves.folder.mkdir(exist_ok=True)
        with (self._waves.folder / TAKEN).open("ab") as taken:
            taken.write(to_json({"file": name, "lines": counts.total(), **counts}) + b"\n")
        return about

    def _index(self, wave: Wave, offset: int, record: dict[str, Any]) -> None:
        if "context" in record:
            self._contexts[record.pop("context")] = record
        elif (digest := bytes.fromhex(record["digest"])) not in self._journal.answers or not wave.done:
            self._asked[digest] = wave, offset

    def _line(self, raw: bytes) -> tuple[str, Wave | None]:
        """Take one line: answered, failed, duplicate, foreign or unreadable; and the wave that it is about."""
        try:
            line = _Line.model_validate_json(raw)
            digest = bytes.fromhex(line.custom_id)
        except ValueError:
            return "unreadable", None
        wave, offset = self._asked.get(digest, (None, 0))
        if digest in self._journal.answers:
            return "duplicate", wave
        if wave is None:
            return "foreign", None
        return self._answer(line, digest, self._waves.ask(wave, offset)["ask"]), wave

    def _answer(self, line: _Line, digest: bytes, ask: dict[str, Any]) -> str:
        """Write down what an open ask was answered, or why it was not."""
        facts = self._contexts[ask["context"]]
        try:
            completion = line.completion(facts["teacher"]["model"])
        except TeacherError as error:
            self._journal.add_failure(digest, CANNOT if isinstance(error, BadCompletion) else UNAVAILABLE, str(error))
            return "failed"
        self._journal.add_context(ask["context"], facts)
        self._journal.add_answer(digest, completion.record(), ask)
        return "answered"
