"""Google Forms: a table of questions to make a form of; the spreadsheet of its responses comes back.

A form has no import of its own: `questions.csv` has one question a row, for a script or by hand. The code in brackets
at the beginning of a title must stay, since responses have nothing else that names their question.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import AnnotationTool, ToolAnswer, ToolTask
from ._survey import answers, questions
from .csv import inert, table

CODE = re.compile(r"\[([0-9a-f]+\.[\w.]+)\]")
PERSON = ("Email Address", "Username")
"""Columns that name the person, where a form collects them; else each row is a person."""


class GoogleForms(AnnotationTool):
    """`questions.csv`: title, type and options of each question, for a form with a row of answers for each person."""

    attributes: dict[str, str] = {}
    """Attribute of annotators -> the title of the question that asks for it."""

    def write(self, tasks: Sequence[ToolTask], folder: Path) -> None:
        """Write the questions in the order of the tasks."""
        with (folder / "questions.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, quoting=csv.QUOTE_ALL)
            rows.writerow(["title", "help", "type", "required", "options"])
            for code, task, field in questions(tasks):
                kind = {"choice": "Multiple choice", "choices": "Checkboxes"}.get(field.kind, "Paragraph")
                options = "\n".join(str(choice.value) for choice in field.choices)
                required = "no" if code.endswith(".reason") else "yes"
                rows.writerow([f"[{code}] {field.label}", inert(task.question), kind, required, options])

    def read(self, path: Path) -> Iterator[ToolAnswer]:
        """One answer for each task of each row."""
        for at, (place, row) in enumerate(table(path), 1):
            person = next((row[name] for name in PERSON if row.get(name)), f"row {at}")
            cells = {match[1]: cell for title, cell in row.items() if (match := CODE.search(title))}
            attributes = {name: row[title] for name, title in self.attributes.items() if row.get(title)}
            yield from answers(place, person, cells, attributes, None)
