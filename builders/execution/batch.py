"""Requests that are answered in batch files, by a batch API or a cluster: pending ones are written, none is sent.

Results are taken into the journal, by digest, in any order. So nothing else of a run knows of it: an answer
of a batch file is an answer like any other, and what a batch file leaves open is asked in the next one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from ...schemas.errors import BadCompletion, BatchRefused, RecipeError, RunError, Waiting
from ...schemas.progress import Watch
from ...validators.tables.atomic_write import write_atomic
from ..asking.engine import CANNOT, Postponed
from ..asking.journal_reader import AskFailed
from ..asking.question import Question
from ..teachers import Teacher
from .batch_files import BatchFile, BatchFolder, BatchWriter
from .batch_results import Results
from .blocking import run_blocking
from .human_answers import take_answers
from .run import Run

T = TypeVar("T")
BatchMode = Literal["write", "submit"]


@dataclass
class Batches:
    """The batch files of a run that is held open."""

    run: Run
    without_answers: bool = False
    """Whether the rows are made without the answers that people have not given yet."""
    batches: BatchFolder = field(init=False)
    _asked: set[bytes] = field(default_factory=set)
    """Digests that wait for a wave or a batch."""

    def __post_init__(self) -> None:
        self.batches = BatchFolder(self.run.folder)

    def take(self, results: Iterable[Path] = ()) -> None:
        """Journal the results of each awaited batch file, and of these files; then raises `BatchRefused` if any was."""
        refused = [f"{batch.name}.jsonl: {why}" for batch in self.batches.awaited() if (why := self._fetch(batch))]
        came = [(out, batch) for batch in self.batches.awaited() if (out := self._out(batch)).exists()]
        if files := [*came, *((file, None) for file in results)]:
            taking = Results(self.batches, self.run.journal)
            for file, batch in files:
                taking.take(file, batch)
        self.take_people()
        if refused:
            raise BatchRefused(
                "the endpoint refuses the batch",
                where=str(self.batches.folder),
                got="; ".join(refused),
                hint="its asks are open again: the same command submits them again; a plain build asks one by one",
            )

    def take_people(self) -> None:
        """Journal what people answered and declared, if the recipe asks any."""
        if not self._teachers_of_people():
            return
        take_answers(self.batches, self.run.journal)
        self.run.know_people()

    def ask(self, watch: Watch | None, how: BatchMode | None) -> None:
        """Ask, or write down everything that is open and raise `Waiting` if anything is, so that it can be answered."""
        people = self._teachers_of_people()
        if how is None:
            self._none_awaited(people)
            if not people:
                return self.run.ask(watch)
        elif not self.run.engine.budget.unlimited:
            raise RecipeError(
                "what a batch will cost is known too late for a budget",
                where=f"{self.run.crew.recipe.file}: budget",
                hint="build without --batch",
            )
        writer = BatchWriter(self.batches, self.run.building)
        self.run.engine.postpone = lambda question: self._postpone(writer, question)
        self.run.engine.postpone_models = how is not None
        try:
            self.run.ask(watch)
        finally:
            writer.finish()
        self._close_superseded()
        for batch in self.batches.awaited() if how == "submit" else []:
            self._submit(batch)
        return self._stop()

    def _teachers_of_people(self) -> set[str]:
        """The teachers that are people, by their names in the recipe."""
        return {name for name, each in self.run.crew.teachers.items() if each.annotator_kind() == "human"}

    def _none_awaited(self, people: Collection[str]) -> None:
        """Raises `RunError` if something is awaited that a teacher would be paid for a second time."""
        if awaited := [batch for batch in self.batches.awaited() if batch.teacher not in people]:
            raise RunError(
                "answers of a batch are awaited",
                where=str(self.batches.folder),
                got=_names(awaited),
                hint="build with --batch; or delete the .json of a batch file, and its requests are sent again",
            )

    def _postpone(self, writer: BatchWriter, question: Question) -> Exception:
        """Write an ask down, if its teacher can be asked this."""
        self._asked.add(question.digest)
        try:
            writer.add(question)
        except BadCompletion as error:
            self.run.journal.add_failure(question.digest, CANNOT, str(error))
            return AskFailed(CANNOT, str(error), question.digest)
        if self.without_answers and question.who.row.kind == "human":
            return self.run.engine.missing(question)
        return Postponed()

    def _submit(self, batch: BatchFile) -> None:
        if batch.batch is None and batch.annotator is None:
            teacher = self.run.crew.teachers[batch.teacher]
            batch.batch = run_blocking(_closing(teacher, teacher.submit(self.batches.file(batch))))
            self.batches.save(batch)

    def _fetch(self, batch: BatchFile) -> str | None:
        """Save the results of a submitted batch file beside it, once it has ended; why it was refused, if it was."""
        out, teacher = self._out(batch), self.run.crew.teachers.get(batch.teacher)
        if not batch.batch or not teacher or out.exists():
            return None
        try:
            content, why = run_blocking(_closing(teacher, teacher.fetch(batch.batch))), None
        except BatchRefused as error:
            content, why = b"", str(error.got)
        if content is not None:
            write_atomic(out, content)
        return why

    def _out(self, batch: BatchFile) -> Path:
        return self.batches.file(batch, "out")

    def _stop(self) -> None:
        """Raise `Waiting` if anything is awaited, of models first."""
        if not (awaited := [batch for batch in self.batches.awaited() if batch.annotator is None]):
            return self._stop_for_people()
        hint = f"put what answers the first beside it as {self._out(awaited[0]).name}, and so on; then "
        if all(batch.batch for batch in awaited):
            hint = "when the endpoint has answered, "
        raise Waiting(
            f"{sum(batch.asks for batch in awaited):,} requests wait for their answers",
            where=str(self.batches.folder),
            got=_names(awaited),
            hint=hint + "run the same command again",
        )

    def _close_superseded(self) -> None:
        """End the waves of which nothing is asked any more, as the recipe changed."""
        for batch in self.batches.awaited() if self.run.engine.stop.reason is None else []:
            asks = (bytes.fromhex(record["digest"]) for _, record in self.batches.asks(batch) if "digest" in record)
            if batch.annotator and not any(digest in self._asked for digest in asks):
                batch.done = True
                self.batches.save(batch)

    def _stop_for_people(self) -> None:
        """Raise `Waiting` if people have not answered yet; with `without_answers` nothing is pending."""
        if not (pending := self.run.engine.requests.pending):
            return
        people = len({batch.annotator for batch in self.batches.awaited()})
        raise Waiting(
            f"{pending:,} requests wait for {'1 person' if people == 1 else f'{people} people'}",
            where=str(self.batches.folder),
            hint=f"serve them with `pluriset annotate {self.run.folder}`, with --people if records of people are "
            "elsewhere, then run the same command again; --without-answers builds without what is not answered",
        )


def _names(batches: list[BatchFile]) -> str:
    return ", ".join(f"{batch.name}.jsonl" for batch in batches)


async def _closing(teacher: Teacher, work: Awaitable[T]) -> T:
    """What a teacher does, and its connections closed after it."""
    try:
        return await work
    finally:
        await teacher.close()
