"""An export of a project that we did not make, as a recipe: its items are the source, its people a panel.

The family is `judgements`, with an aspect for each field of the tool: a scale where all its answers are whole numbers,
else the labels that occur.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...schemas.component import Spec, load
from ...schemas.errors import DataError
from ..annotation_tools import AnnotationTool, ToolAnswer
from ..storage.recipe_file import slug
from .tool_tasks import TOOLS

MAX_LABELS = 40
"""Values of a field; one with more is free text, which is no label."""
PEOPLE = "people"


def drafted(export: Path, as_: Spec, name: str, licence: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The keys of a recipe for an export, and the records of its source. Raises `DataError` if it has no items."""
    tool: AnnotationTool = load(TOOLS, as_, "--as")
    answers = [one for one in tool.read(export) if one.item[1] and not one.ignored]
    people = {one.person for one in answers if one.person}
    if not people:
        raise DataError(
            "no items with answers in the export",
            where=str(export),
            expected="texts, each with answers by person",
            hint="`pluriset validate` reads it as it is",
        )
    recipe = {
        "name": slug(name),
        "license": licence,
        "teachers": {PEOPLE: "human"},
        "annotators": {"panel": [{"teacher": PEOPLE, "id": "p", "n": len(people)}]},
        "roles": {"judge": "panel"},
        "family": {"judgements": {"questions": _questions(answers)}},
    }
    return recipe, [{"id": id_, "text": text} for id_, text in dict(one.item for one in answers).items()]


def _questions(answers: Sequence[ToolAnswer]) -> list[Mapping[str, Any]]:
    """A question for each field. Raises `DataError` if none has labels or a scale."""
    found: dict[str, list[str]] = {}
    for one in answers:
        for name, values in one.values.items():
            found.setdefault(name, []).extend(values if len(values) == 1 else ())
    questions = [each for name, values in found.items() if (each := _question(name, values))]
    if not questions:
        raise DataError("no field with labels or a scale", got=", ".join(found) or None)
    return questions


def _question(name: str, values: Sequence[str]) -> Mapping[str, Any] | None:
    distinct = sorted({*values})
    aspect = {"name": slug(name).replace("-", "_").replace(".", "_"), "question": f"{name}?"}
    if len(distinct) > 1 and all(value.lstrip("-").isdecimal() for value in distinct):
        numbers = [int(value) for value in distinct]
        return {**aspect, "low": min(numbers), "high": max(numbers)}
    return {**aspect, "labels": distinct} if 1 < len(distinct) <= MAX_LABELS else None
