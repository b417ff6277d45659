"""What survey tools share: one column for each task and field, one row for each person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ...schemas.forms import Input
from . import REASON, ToolAnswer, ToolTask


def questions(tasks: Sequence[ToolTask]) -> Iterator[tuple[str, ToolTask, Input]]:
    """Code, task and field of every question: the code leads an answer back to both."""
    for task in tasks:
        for field in task.fields:
            yield code(task.id, field.name), task, field
        yield code(task.id, REASON), task, Input(REASON, "Reason", "text")


def code(task: str, field: str) -> str:
    """What names a question."""
    return f"{task}.{field}"


def answers(
    place: str,
    person: str | None,
    cells: Mapping[str, str],
    attributes: Mapping[str, str],
    ignored: str | None,
) -> Iterator[ToolAnswer]:
    """The answers of one person, by task; `cells` are by code."""
    found: dict[str, ToolAnswer] = {}
    for name, cell in cells.items():
        task, _, field = name.partition(".")
        if not cell:
            continue
        one = found.setdefault(
            task, ToolAnswer(f"{place}, task {task}", task, person, attributes=attributes, ignored=ignored)
        )
        if field == REASON:
            one.reason = cell
        else:
            one.values[field] = [cell]
    yield from found.values()
