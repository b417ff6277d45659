"""Asks that are answered in waves, by a batch API or a cluster: all that are open are written down, none is sent.

What comes back is taken into the journal, by digest, in any order. So nothing else of a run knows of it: an answer
of a wave is an answer like any other, and what a wave leaves open is asked in the next one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from ..schemas.errors import BadCompletion, DataError, RecipeError, RunError, Stopped, TeacherError, TeacherUnavailable
from ..schemas.request import Completion
from . import chat
from .engine import CANNOT, UNAVAILABLE, AskFailed, Postponed, Question
from .run import Run, Watch
from .teacher import Teacher
from .wave import Wave, Waves, Writer

T = TypeVar("T")
How = Literal["write", "submit"]

TAKEN = "taken.jsonl"
THIS_ONE = {400, 413, 422}
"""Statuses that are about one ask, which is final then; after every other failure it is open again."""


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
        kind = BadCompletion if response.status_code in THIS_ONE else TeacherUnavailable
        raise kind("the batch has no answer to this", got=got)


@dataclass
class Batches:
    """The waves of a run that is held open."""

    run: Run
    waves: Waves = field(init=False)
    _written: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.waves = Waves(self.run.folder)

    def take(self, results: Iterable[Path] = ()) -> None:
        """Take what has come back: of each awaited wave, and these files."""
        for wave in self.waves.awaited():
            out = self.waves.file(wave, "out")
            if wave.batch and not out.exists():
                self._fetch(wave, out)
            if out.exists():
                self._take(out)
                self._done(wave)
        for file in results:
            for wave in self._take(file):
                self._done(wave)

    def ask(self, watch: Watch | None, how: How | None) -> None:
        """Ask, or write down everything that is open and raise `Stopped` if anything is, so that it can be answered."""
        if how is None:
            self._none_awaited()
            return self.run.ask(watch)
        if not self.run.engine.budget.unlimited:
            raise RecipeError(
                "what a batch will cost is known too late for a budget", where="budget", hint="build without --batch"
            )
        writer = Writer(self.waves, self.run.building)
        self.run.engine.postpone = lambda question: self._postpone(writer, question)
        self.run.ask(watch)
        writer.finish()
        for wave in self.waves.awaited() if how == "submit" else []:
            self._submit(wave)
        return self._stop()

    def _none_awaited(self) -> None:
        """Raises `RunError` if something is awaited that a teacher would be paid for a second time."""
        if awaited := self.waves.awaited():
            raise RunError(
                "answers of a batch are awaited",
                where=str(self.waves.folder),
                got=_named(awaited),
                hint="build with --batch; or give a wave up by deleting its .json file, and its asks are open again",
            )

    def _postpone(self, writer: Writer, question: Question) -> Exception:
        """Write an ask down, if no wave has it; what asking again cannot help is not."""
        digest, journal = question.digest, self.run.journal
        if (failure := journal.failure(digest))[0] == CANNOT:
            return AskFailed(*failure, digest)
        if digest not in self._awaited and digest not in self._written:
            try:
                writer.add(question)
            except BadCompletion as error:
                journal.add_failure(digest, CANNOT, str(error))
                return AskFailed(CANNOT, str(error), digest)
            self._written.add(digest)
        return Postponed()

    @cached_property
    def _asked(self) -> dict[bytes, tuple[Wave, int, str]]:
        """Asks of all waves without an answer -> wave, place and context."""
        known = self.run.journal.places
        return {
            digest: (wave, offset, record["ask"]["context"])
            for wave in self.waves.all
            for offset, record in self.waves.asks(wave)
            if "ask" in record and (digest := bytes.fromhex(record["digest"])) not in known
        }

    @cached_property
    def _contexts(self) -> dict[str, dict[str, Any]]:
        records = (record for wave in self.waves.all for _, record in self.waves.asks(wave) if "context" in record)
        return {record.pop("context"): record for record in records}

    @cached_property
    def _awaited(self) -> set[bytes]:
        return {digest for digest, (wave, *_) in self._asked.items() if not wave.done}

    def _take(self, file: Path) -> list[Wave]:
        """Take a file of results; the waves that it is about."""
        counts, about = Counter[str](), dict[str, Wave]()
        try:
            with file.open("rb") as lines:
                for line in lines:
                    what, wave = self._line(line)
                    counts[what] += 1
                    about |= {wave.name: wave} if wave else {}
        except OSError as error:
            raise DataError("cannot read the results of a batch", where=str(file), got=error.strerror) from None
        self.waves.folder.mkdir(exist_ok=True)
        with (self.waves.folder / TAKEN).open("ab") as taken:
            taken.write(to_json({"file": file.name, "lines": counts.total(), **counts}) + b"\n")
        return list(about.values())

    def _line(self, raw: bytes) -> tuple[str, Wave | None]:
        """Take one line: answered, failed, duplicate, foreign or unreadable; and the wave that it is about."""
        try:
            line = _Line.model_validate_json(raw)
            digest = bytes.fromhex(line.custom_id)
        except ValueError:
            return "unreadable", None
        journal = self.run.journal
        if digest in journal.places:
            return "duplicate", None
        if digest not in self._asked:
            return "foreign", None
        wave, offset, context = self._asked[digest]
        facts = self._contexts[context]
        try:
            completion = line.completion(facts["teacher"]["model"])
        except TeacherError as error:
            journal.add_failure(digest, CANNOT if isinstance(error, BadCompletion) else UNAVAILABLE, str(error))
            return "failed", wave
        journal.add_context(context, facts)
        journal.add_answer(digest, completion.record(), self.waves.ask(wave, offset)["ask"])
        return "answered", wave

    def _done(self, wave: Wave) -> None:
        wave.done = True
        self.waves.save(wave)
        self.run.journal.sync()

    def _submit(self, wave: Wave) -> None:
        if wave.batch is None:
            teacher = self.run.crew.teachers[wave.teacher]
            wave.batch = asyncio.run(_closing(teacher, teacher.submit(self.waves.file(wave))))
            self.waves.save(wave)

    def _fetch(self, wave: Wave, out: Path) -> None:
        teacher = self.run.crew.teachers.get(wave.teacher)
        assert wave.batch
        if teacher and (content := asyncio.run(_closing(teacher, teacher.fetch(wave.batch)))) is not None:
            fresh = out.with_suffix(".new")
            fresh.write_bytes(content)
            fresh.replace(out)

    def _stop(self) -> None:
        """Raise `Stopped` if anything is awaited."""
        if not (awaited := self.waves.awaited()):
            return
        hint = f"put what answers the first beside it as {self.waves.file(awaited[0], 'out').name}, and so on; then "
        if all(wave.batch for wave in awaited):
            hint = "when the endpoint has answered, "
        raise Stopped(
            f"{sum(wave.asks for wave in awaited):,} asks wait for their answers",
            where=str(self.waves.folder),
            got=_named(awaited),
            hint=hint + "run the same command again",
        )


def _named(waves: list[Wave]) -> str:
    return ", ".join(f"{wave.name}.jsonl" for wave in waves)


async def _closing(teacher: Teacher, work: Awaitable[T]) -> T:
    """What a teacher does, and its connections closed after it."""
    try:
        return await work
    finally:
        await teacher.close()
