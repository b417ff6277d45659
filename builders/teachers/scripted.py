"""Answers from a file or a function, for tests and demonstrations.

A line of the file is `{"match": "text", "answer": ..., "finish": "stop", "times": 1}`; all but `answer` may be left
out. The first line whose `match` occurs in what was asked last answers, `times` times in this process. An
answer that is a string is given as it stands, so that broken JSON can be scripted too; any other value as JSON.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, JsonValue, PositiveInt, ValidationError, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import to_json

from ...schemas.component import Transport
from ...schemas.errors import DataError, TeacherError, from_validation
from ...schemas.request import RE_ASK, Completion, Finish, Message, Request
from . import Teacher

Function = Callable[[Request], str | Completion]


class Scripted(Teacher):
    """Answers that were written beforehand; no model is asked."""

    path: Annotated[Path | None, Transport()] = None
    """A JSONL file of answers: {"match": text or null, "answer": ..., "finish": ..., "times": ...}."""
    answer: Annotated[SkipJsonSchema[Function | None], Transport()] = None
    """A function that answers, instead of a file; for Python only."""

    @model_validator(mode="after")
    def _one_script(self) -> Self:
        if (self.path is None) == (self.answer is None):
            raise ValueError("`path`, a JSONL file of answers, is needed")
        return self

    async def complete(self, request: Request) -> Completion:
        """Give the scripted answer."""
        answer = self.answer(request) if self.answer else self._script.answer(request)
        return answer if isinstance(answer, Completion) else Completion(answer)

    def model_name(self) -> str:
        """File name without its ending; `function` for a function."""
        return self.path.stem if self.path else "function"

    def revision(self) -> str | None:
        """sha256 of the file; a function has none."""
        return self._script.revision if self.path else None

    @cached_property
    def _script(self) -> _Script:
        assert self.path is not None
        return _Script(self.path)


class _Line(BaseModel):
    """One scripted answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: JsonValue
    match: str | None = None
    finish: Finish = "stop"
    times: PositiveInt | None = None

    @property
    def completion(self) -> Completion:
        return Completion(self.answer if isinstance(self.answer, str) else to_json(self.answer).decode(), self.finish)


class _Script:
    """The lines of a file, and how often each has answered."""

    def __init__(self, path: Path) -> None:
        self.path, self.used = path, Counter[int]()
        content = _read(path)
        self.revision = "sha256:" + hashlib.sha256(content).hexdigest()
        self.lines = [
            _line(line, f"{path}, line {number}") for number, line in enumerate(content.splitlines(), 1) if line.strip()
        ]

    def answer(self, request: Request) -> Completion:
        turn = _last_turn(request.messages)
        for at, line in enumerate(self.lines):
            spent = line.times is not None and self.used[at] >= line.times
            if not spent and (line.match is None or line.match in turn):
                self.used[at] += 1
                return line.completion
        raise TeacherError(
            "the script has no answer to this",
            where=str(self.path),
            got=turn,
            expected="a line whose `match` occurs in it, or a line without `match`",
        )


def _last_turn(messages: Sequence[Message]) -> str:
    """The last message of the user; with a re-ask also the question that it repeats."""
    asked = [message.content for message in messages if message.role == "user" and message != RE_ASK]
    return "\n".join((*asked[-1:], *([RE_ASK.content] if messages[-1] == RE_ASK else [])))


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(
            "cannot read the script", where=str(path), got=error.strerror, expected="a JSONL file"
        ) from None
    if not content.strip():
        raise DataError("the script is empty", where=str(path), expected="a JSON object on each line")
    return content


def _line(line: bytes, place: str) -> _Line:
    try:
        return _Line.model_validate_json(line)
    except ValidationError as error:
        raise from_validation(error, DataError, place) from None
