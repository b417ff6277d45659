"""Tools in which people annotate, one file each: tasks go out in the tool's format, and its exports come back.

A tool knows nothing of a run. It writes tasks in the order given, which is random and tells nothing, and it reads
answers, each with the id of its task and whoever gave it as the tool calls them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pydantic_core import from_json

from ...schemas.component import Component
from ...schemas.errors import DataError
from ...schemas.forms import Input

REASON = "reason"
"""The field in which a tool asks for the reason of an answer."""


@dataclass(frozen=True, slots=True)
class ToolTask:
    """One item to annotate."""

    id: str
    """Names it in the tool; hexadecimal."""
    question: str
    """The item."""
    instruction: str
    """What is asked of it."""
    fields: Sequence[Input]
    """What is answered, options in the order in which they are to be shown."""

    @property
    def options(self) -> dict[str, list[str]]:
        """Field -> its options in the order shown."""
        return {each.name: [str(choice.value) for choice in each.choices] for each in self.fields if each.choices}


@dataclass(slots=True)
class ToolAnswer:
    """What one person answered to one task."""

    place: str
    """Where it stands: file and place in it."""
    task: str
    """Id of the task; empty where there is none."""
    person: str | None
    """Who answered, as the tool calls them."""
    values: dict[str, list[str]] = field(default_factory=dict)
    """Field -> what was chosen or written."""
    reason: str = ""
    seconds: float | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attribute -> what the person declared in the tool."""
    item: tuple[str, str] = ("", "")
    """Id and text of the item in the tool, where it has them: what a project that we did not make is about."""
    ignored: str | None = None
    """Why it does not count, such as a draft; null where it does."""


class AnnotationTool(Component):
    """Writes tasks and reads answers."""

    one_order: ClassVar[bool] = False
    """Whether the tool shows options in one order for all tasks, that of the first."""

    def write(self, tasks: Sequence[ToolTask], folder: Path) -> None:
        """Write the tasks, which all have the same fields, into an empty folder."""
        raise NotImplementedError

    def read(self, path: Path) -> Iterator[ToolAnswer]:
        """The answers in an export, a file or a folder. Raises `DataError` for what is none."""
        raise NotImplementedError


def json_records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Place and record of a JSON list or of JSON lines. Raises `DataError` for what is neither."""
    try:
        content = path.read_bytes()
        if path.suffix == ".jsonl":
            records = [from_json(line) for line in content.splitlines() if line.strip()]
        else:
            records = from_json(content)
    except (OSError, ValueError) as error:
        raise DataError("cannot read the export", where=str(path), got=str(error)) from None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise DataError("not a list of records", where=str(path))
    for at, record in enumerate(records, 1):
        yield f"{path.name}, record {at}", record


def item_of(record: Mapping[str, Any], *places: str) -> tuple[str, str]:
    """Id and text of a record: the first of these keys that holds a text, else the first text that there is."""
    candidates = [record.get(place) for place in places] + [v for k, v in record.items() if k not in ("id", "status")]
    text = next((each for each in candidates if isinstance(each, str) and each.strip()), "")
    return str(record.get("id", "")) or text, text


def texts(value: Any) -> list[str]:
    """A value of a tool as texts: a list member by member; whole numbers without decimals."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)]
