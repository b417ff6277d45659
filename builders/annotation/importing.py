"""Answers that people gave in an annotation tool, taken back into the run: each is kept, or rejected with a reason.

People of the tool become annotators of the recipe, in the order in which they first occur; who is whom is recorded with
the people of the run, outside of it, so that the same export comes in the same way again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json

from ...schemas.component import Spec, load
from ...schemas.errors import DataError
from ...schemas.request import Completion
from ..annotation_tools import AnnotationTool, ToolAnswer
from ..execution.batch_files import BatchFolder
from ..teachers.human import Human
from .answer_log import AnswerLog
from .people import People, Person
from .reply import Unanswered, answer
from .serve import only_server
from .slots import Slots, slots
from .tool_tasks import TOOLS, Item, items


@dataclass(frozen=True)
class Rejected:
    """An answer that was not taken."""

    place: str
    """Where it stands in the export."""
    reason: str


@dataclass
class Imported:
    """What became of every answer of an export."""

    added: int = 0
    changed: int = 0
    """Answers that replace an earlier one of the same person to the same item."""
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    annotators: dict[str, int] = field(default_factory=dict)
    """Annotator -> answers taken or unchanged."""

    def reasons(self) -> dict[str, int]:
        """Reason -> answers rejected for it, most frequent first."""
        return dict(Counter(each.reason for each in self.rejected).most_common())


def import_answers(run: Path, as_: Spec, export: Path, people: People, teacher: str | None = None) -> Imported:
    """Take an export of a tool into the answers of a run. Raises `DataError` for what no export of the tool is."""
    tool: AnnotationTool = load(TOOLS, as_, "--as")
    known, tasks = slots(run), items(run, teacher)
    by_seed = {request.seed: id_ for id_, item in tasks.items() for request in item.requests.values()}
    with only_server(run):
        taking = _Taking(tool, known, tasks, people, run, teacher)
        for given in tool.read(export):
            if given.task not in tasks:  # of a project that we did not make, whose items are the seeds of the run
                given.task = by_seed.get(given.item[0], given.task)
            taking.take(given)
    if not (taking.done.annotators or taking.done.rejected):
        raise DataError("no answers in the export", where=str(export))
    return taking.done


class _Taking:
    """Takes the answers of one export."""

    def __init__(
        self, tool: AnnotationTool, known: Slots, tasks: dict[str, Item], people: People, run: Path, teacher: str | None
    ) -> None:
        self.done = Imported()
        self._tool, self._known, self._tasks, self._people = tool.component_name(), known, tasks, people
        self._one_order: dict[tuple[str, ...], dict[str, list[str]]] = {}
        """Fields of a task -> their options in the order of the first, where the tool shows all tasks so."""
        for item in tasks.values() if tool.one_order else ():
            self._one_order.setdefault(tuple(each.name for each in item.task.fields), item.task.options)
        self._folder, self._teacher = BatchFolder(run), teacher
        self._logs: dict[str, AnswerLog] = {}

    def take(self, given: ToolAnswer) -> None:
        """Keep an answer, or say why not."""
        try:
            self._take(given)
        except (Unanswered, ValueError) as error:
            self.done.rejected.append(Rejected(given.place, str(error)))

    def _take(self, given: ToolAnswer) -> None:
        if given.ignored:
            raise ValueError(given.ignored)
        if (item := self._tasks.get(given.task)) is None:
            raise ValueError("no task of this run")
        if not given.person:
            raise ValueError("nobody is named who answered")
        names = {each.name for each in item.task.fields}
        if unknown := sorted(given.values.keys() - names):
            raise ValueError(f"no field {unknown[0]!r}")
        value = answer(item.form, given.values)
        annotator = self._annotator(given.person)
        if (request := item.requests.get(annotator)) is None:
            raise ValueError("this annotator is not asked about this item")
        human = self._known.human(annotator)
        if human.reason == "required" and not given.reason:
            raise ValueError("the reason is missing")
        log = self._log(annotator)
        self._declare(annotator, human, given, log)
        fields = tuple(each.name for each in item.task.fields)
        shown: dict[str, Any] = {"options": self._one_order.get(fields, item.task.options), "source": self._tool}
        if given.seconds is not None:
            shown["seconds"] = round(given.seconds, 1)
        reason = given.reason or None if human.reason != "no" else None
        self._save(log, request.digest, Completion(to_json(value).decode(), reasoning=reason, shown=shown).record())
        self.done.annotators[annotator] = self.done.annotators.get(annotator, 0) + 1

    def _save(self, log: AnswerLog, digest: str, record: dict[str, Any]) -> None:
        """Append an answer unless it says what is saved already."""
        earlier = log.answers.by_digest.get(digest)
        if earlier is not None and _content(earlier) == _content(record):
            self.done.unchanged += 1
            return
        log.add(digest, record)
        if earlier is None:
            self.done.added += 1
        else:
            self.done.changed += 1

    def _declare(self, annotator: str, human: Human, given: ToolAnswer, log: AnswerLog) -> None:
        """Save attributes that the recipe asks for with their consent text, as it spells them."""
        declared = dict(log.answers.attributes or {})
        for name, value in given.attributes.items():
            if value not in human.attributes.get(name, ()):
                self.done.rejected.append(
                    Rejected(given.place, f"attribute {name}: {value!r} is none that is asked for")
                )
            else:
                declared[name] = value
        if log.answers.attributes != declared:
            log.add_attributes(annotator, declared)

    def _annotator(self, person: str) -> str:
        """The annotator that a person of the tool is; the next free one for a new person."""
        name, recorded = f"{self._tool}:{person}", self._people.all()
        if (same := next((one.annotator for one in recorded.values() if one.name == name), None)) is not None:
            return same
        free = [one for one in self._candidates() if one not in recorded]
        if not free:
            raise ValueError("no annotator of the recipe is left for another person")
        with self._people.changing() as people:
            people[free[0]] = Person(annotator=free[0], name=name, revoked=True)
        return free[0]

    def _candidates(self) -> Sequence[str]:
        annotators = self._known.annotators
        return [one for one, teacher in annotators.items() if self._teacher in (None, teacher)]

    def _log(self, annotator: str) -> AnswerLog:
        if annotator not in self._logs:
            self._logs[annotator] = AnswerLog(self._folder.answers(annotator))
        return self._logs[annotator]


def _content(record: dict[str, Any]) -> tuple[Any, str]:
    """What makes an answer the same one."""
    return from_json(record["text"]), record.get("reasoning") or ""
