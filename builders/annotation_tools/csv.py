"""A plain table: one row for each task and annotator, one column for each field."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...schemas.errors import DataError
from . import REASON, AnnotationTool, ToolAnswer, ToolTask, texts

TASK, QUESTION, ANNOTATOR, OPTIONS = "task_id", "question", "annotator", "options"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""


class Csv(AnnotationTool):
    """A CSV file for a spreadsheet; copy its rows for each annotator and fill in the empty columns."""

    attributes: dict[str, str] = {}
    """Attribute of annotators -> the column that has it."""

    def write(self, tasks: Sequence[ToolTask], folder: Path) -> None:
        """Write `tasks.csv`, every text quoted."""
        names = [each.name for each in tasks[0].fields]
        with (folder / "tasks.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, quoting=csv.QUOTE_ALL)
            rows.writerow([TASK, QUESTION, *(f"{name}_{OPTIONS}" for name in names), ANNOTATOR, *names, REASON])
            for task in tasks:
                options = [" / ".join(task.options.get(name, [])) for name in names]
                rows.writerow([task.id, inert(task.question), *options, "", *[""] * len(names), ""])

    def read(self, path: Path) -> Iterator[ToolAnswer]:
        """One answer for each row that has an annotator."""
        for place, row in table(path):
            if TASK not in row or ANNOTATOR not in row:
                raise DataError("not a filled-in table of tasks", where=place, expected=f"columns {TASK}, {ANNOTATOR}")
            known = {TASK, QUESTION, ANNOTATOR, REASON, *self.attributes.values()}
            fields = {
                name: cell for name, cell in row.items() if name not in known and not name.endswith(f"_{OPTIONS}")
            }
            if any(fields.values()) or row[ANNOTATOR]:
                yield ToolAnswer(
                    place,
                    row[TASK],
                    row[ANNOTATOR] or None,
                    {name: texts(cell) for name, cell in fields.items()},
                    row.get(REASON, ""),
                    attributes={name: row[column] for name, column in self.attributes.items() if row.get(column)},
                )


def table(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Place and cells of every row of a CSV file; a byte order mark is skipped. Raises `DataError`."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for row in (reader := csv.DictReader(file, restval="")):
                cells = {name: (cell or "").strip() for name, cell in row.items() if isinstance(name, str)}
                yield f"{path.name}, line {reader.line_num}", cells
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError("cannot read the table", where=str(path), got=str(error)) from None


def inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
