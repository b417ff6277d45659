"""Asks that are answered in waves, by a batch API or a cluster: all that are open are written down, none is sent.

What comes back is taken into the journal, by digest, in any order. So nothing else of a run knows of it: an answer
of a wave is an answer like any other, and what a wave leaves open is asked in the next one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from ...schemas.errors import BadCompletion, BatchRefused, RecipeError, RunError, Stopped
from ...schemas.progress import Watch
from ...validators.tables.atomic_write import write_atomic
from ..asking.engine import CANNOT, Postponed
from ..asking.journal_reader import AskFailed
from ..asking.question import Question
from ..teachers import Teacher
from .batch_files import Wave, Waves, Writer
from .batch_results import Results
from .blocking import run_blocking
from .run import Run

T = TypeVar("T")
How = Literal["write", "submit"]


@dataclass
class Batches:
    """The waves of a run that is held open."""

    run: Run
    waves: Waves = field(init=False)

    def __post_init__(self) -> None:
        self.waves = Waves(self.run.folder)

    def take(self, results: Iterable[Path] = ()) -> None:
        """Take what has come back: of each awaited wave, and these files. Raises `BatchRefused` after all is taken."""
        refused = [f"{wave.name}.jsonl: {why}" for wave in self.waves.awaited() if (why := self._fetch(wave))]
        came = [(out, wave) for wave in self.waves.awaited() if (out := self._out(wave)).exists()]
        if files := [*came, *((file, None) for file in results)]:
            taking = Results(self.waves, self.run.journal)
            for file, wave in files:
                taking.take(file, wave)
        if refused:
            raise BatchRefused(
                "the endpoint refuses the batch",
                where=str(self.waves.folder),
                got="; ".join(refused),
                hint="its asks are open again: the same command submits them again; a plain build asks one by one",
            )

    def ask(self, watch: Watch | None, how: How | None) -> None:
        """Ask, or write down everything that is open and raise `Stopped` if anything is, so that it can be answered."""
        if how is None:
            self._none_awaited()
            return self.run.ask(watch)
        if not self.run.engine.budget.unlimited:
            raise RecipeError(
                "what a batch will cost is known too late for a budget",
                where=f"{self.run.crew.recipe.file}: budget",
                hint="build without --batch",
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
        """Write an ask down, if its teacher can be asked this."""
        try:
            writer.add(question)
        except BadCompletion as error:
            self.run.journal.add_failure(question.digest, CANNOT, str(error))
            return AskFailed(CANNOT, str(error), question.digest)
        return Postponed()

    def _submit(self, wave: Wave) -> None:
        if wave.batch is None:
            teacher = self.run.crew.teachers[wave.teacher]
            wave.batch = run_blocking(_closing(teacher, teacher.submit(self.waves.file(wave))))
            self.waves.save(wave)

    def _fetch(self, wave: Wave) -> str | None:
        """Put what answers a submitted wave beside it, once there will be no more; why it was refused, if it was."""
        out, teacher = self._out(wave), self.run.crew.teachers.get(wave.teacher)
        if not wave.batch or not teacher or out.exists():
            return None
        try:
            content, why = run_blocking(_closing(teacher, teacher.fetch(wave.batch))), None
        except BatchRefused as error:
            content, why = b"", str(error.got)
        if content is not None:
            write_atomic(out, content)
        return why

    def _out(self, wave: Wave) -> Path:
        return self.waves.file(wave, "out")

    def _stop(self) -> None:
        """Raise `Stopped` if anything is awaited."""
        if not (awaited := self.waves.awaited()):
            return
        hint = f"put what answers the first beside it as {self._out(awaited[0]).name}, and so on; then "
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
