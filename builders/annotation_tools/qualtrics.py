"""Qualtrics: a survey in its Advanced Format; the CSV file of its responses comes back, with three rows of heads.

https://www.qualtrics.com/support/survey-platform/survey-module/survey-tools/import-and-export-surveys
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...schemas.forms import Input
from . import AnnotationTool, ToolAnswer, ToolTask
from ._survey import answers, questions
from .csv import table

PERSON = "ResponseId"
IMPORT_ID = '{"ImportId"'
"""How the cells of the third row begin."""


class Qualtrics(AnnotationTool):
    """`survey.txt` to import as a survey; export tags of its questions lead answers back."""

    attributes: dict[str, str] = {}
    """Attribute of annotators -> the column that has it."""

    def write(self, tasks: Sequence[ToolTask], folder: Path) -> None:
        """Write the survey, a page for each task."""
        parts = ["[[AdvancedFormat]]", ""]
        last = ""
        for code, task, field in questions(tasks):
            parts += ["[[PageBreak]]", ""] if last and last != task.id else []
            parts += [*_question(_tag(code), task, field, task.id != last), ""]
            last = task.id
        (folder / "survey.txt").write_text("\n".join(parts), encoding="utf-8")

    def read(self, path: Path) -> Iterator[ToolAnswer]:
        """One answer for each task of each response; unfinished ones and previews do not count."""
        for at, (place, row) in enumerate(table(path), 1):
            if any(cell.startswith(IMPORT_ID) for cell in row.values()) or row.get(PERSON) in ("Response ID", None):
                continue
            ignored = "not finished" if row.get("Finished", "True").casefold() in ("false", "0") else None
            ignored = "a preview" if row.get("Status", "").startswith("Survey Preview") else ignored
            attributes = {name: row[column] for name, column in self.attributes.items() if row.get(column)}
            cells = {_code(name): cell for name, cell in row.items() if name.startswith("T") and "_" in name}
            yield from answers(place, row[PERSON] or f"row {at}", cells, attributes, ignored)


def _tag(code: str) -> str:
    """A code as an export tag, which begins with a letter and has no dot."""
    return "T" + code.replace(".", "_", 1)


def _code(tag: str) -> str:
    return tag.removeprefix("T").replace("_", ".", 1)


def _question(tag: str, task: ToolTask, field: Input, first: bool) -> list[str]:
    kind = {"choice": "MC:SingleAnswer:Vertical", "choices": "MC:MultipleAnswer:Vertical"}.get(field.kind, "TE:Essay")
    text = [*(_plain(task.question).splitlines() if first else ()), _plain(field.label)]
    choices = ["[[Choices]]", *(_plain(str(choice.value)) for choice in field.choices)] if field.choices else []
    return [f"[[Question:{kind}]]", f"[[ID:{tag}]]", "<br>".join(text), *choices]


def _plain(text: str) -> str:
    """A text that Qualtrics shows as it is: neither HTML nor a mark of its format."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("[[", "[ [")
