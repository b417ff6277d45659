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
from ..openai_api.http_status import REQUEST_ERRORS
from ..storage.journal import Journal
from .batch_files import BatchFile, BatchFolder

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
                raise TeacherUnavailable(
                    "no chat completion came back", got=chat.error_message(response.body)
                ) from None
        got = f"HTTP {response.status_code}: {chat.error_message(self.error or response.body)}"
        kind = BadCompletion if response.status_code in REQUEST_ERRORS else TeacherUnavailable
        raise kind("the batch has no answer to this", got=got)


class Results:
    """Takes files of results into the journal of a run."""

    def __init__(self, batches: BatchFolder, journal: Journal) -> None:
        self._folder, self._journal = batches, journal
        self._asked: dict[bytes, tuple[BatchFile, int]] = {}
        """Wave and place of every ask that has no answer yet, or whose batch file is awaited."""
        self._contexts: dict[str, dict[str, Any]] = {}
        for batch in batches.all:
            for offset, record in batches.asks(batch):
                self._index(batch, offset, record)

    def take(self, file: Path, own: BatchFile | None = None) -> None:
        """Take a file of results: its own batch file ends, others once all their requests are back. Raises `DataError`.

        Once: an ask that failed in it may be in a later batch file by now, which an old file must not end.
        """
        try:
            with file.open("rb") as lines:
                mark = hashlib.file_digest(lines, "sha256").hexdigest()
                lines.seek(0)
                about = {} if any(mark in batch.taken for batch in self._folder.all) else self._lines(lines, file.name)
        except OSError as error:
            raise DataError("cannot read the results of a batch", where=str(file), got=error.strerror) from None
        self._journal.sync()
        for batch in (about | ({own.name: own} if own else {})).values():
            batch.done = batch.done or batch is own or self._is_back(batch)
            batch.taken = [*batch.taken, mark]
            self._folder.save(batch)

    def _is_back(self, batch: BatchFile) -> bool:
        """Whether every ask of a batch file has an answer, or a reason why not: else the rest may be on its way."""
        asks = (bytes.fromhex(record["digest"]) for _, record in self._folder.asks(batch) if "digest" in record)
        return all(digest in self._journal.answers or digest in self._journal.failures for digest in asks)

    def _lines(self, lines: Iterable[bytes], name: str) -> dict[str, BatchFile]:
        """Take every line, and note what they were; the batch files that they are about, by name."""
        counts, about = Counter[str](), dict[str, BatchFile]()
        for line in lines:
            what, batch = self._line(line)
            counts[what] += 1
            about |= {batch.name: batch} if batch else {}
        self._folder.folder.mkdir(exist_ok=True)
        with (self._folder.folder / TAKEN).open("ab") as taken:
            taken.write(to_json({"file": name, "lines": counts.total(), **counts}) + b"\n")
        return about

    def _index(self, batch: BatchFile, offset: int, record: dict[str, Any]) -> None:
        if "context" in record:
            self._contexts[record.pop("context")] = record
        elif (digest := bytes.fromhex(record["digest"])) not in self._journal.answers or not batch.done:
            self._asked[digest] = batch, offset

    def _line(self, raw: bytes) -> tuple[str, BatchFile | None]:
        """Take one line: answered, failed, duplicate, foreign or unreadable; and the batch file that it is about."""
        try:
            line = _Line.model_validate_json(raw)
            digest = bytes.fromhex(line.custom_id)
        except ValueError:
            return "unreadable", None
        batch, offset = self._asked.get(digest, (None, 0))
        if digest in self._journal.answers:
            return "duplicate", batch
        if batch is None:
            return "foreign", None
        return self._answer(line, digest, self._folder.ask(batch, offset)["ask"]), batch

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
