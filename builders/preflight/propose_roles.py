"""Asks a teacher which roles the columns of a dataset have, for `pluriset describe --ask`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_core import to_json

from ...schemas.errors import BadCompletion
from ...schemas.recipe import Recipe
from ...schemas.request import Message, Request
from ...validators.profiles.proposals import AGREEING_KINDS, Proposal, Sample
from ..asking.answer_model import AnswerModel
from ..asking.answer_text import answer_text
from ..execution.blocking import run_blocking
from ..execution.resolve import resolve
from ..teachers import Teacher

SYSTEM = "You describe the columns of datasets in which several people judge the same items."
INSTRUCTION = """Name the role of each column of the table below, from this list:
item_id: identifies what is judged. text: what is judged. prompt: what a response answers. group_id, parent_id: what
several items were made from. annotator_id: who judged. aspect: what was judged. label, score: the judgement.
annotator: the judgements of one person in a column of their own. options: what could be chosen. option: one of those.
gold: the right answer. distribution: shares of answers. none: anything else. If in doubt, answer none."""
MAX_TOKENS = 1500
SEED = 7


class ColumnRole(AnswerModel):
    """The role of one column."""

    column: str = Field(max_length=200)
    role: Literal[
        "item_id", "text", "prompt", "group_id", "parent_id", "annotator_id", "aspect", "label", "score", "annotator",
        "options", "option", "gold", "distribution", "none",
    ]  # fmt: skip


class ColumnRoles(AnswerModel):
    """The roles of the columns of a table."""

    columns: list[ColumnRole] = Field(max_length=100)


def propose_roles(recipe: Recipe, sample: Sample, show: Callable[[str], None]) -> list[Proposal]:
    """The roles that the first teacher of a recipe proposes, in one request a table.

    `show` is called with all that is sent, before any of it is. Raises `TeacherError`.
    """
    name, teacher = next(iter(resolve(recipe).teachers.items()))
    prompts = {table: _prompt(table, rows, sample.readme) for table, rows in sample.tables.items() if rows}
    for prompt in prompts.values():
        show(f"sent to the teacher {name} ({teacher.model_name()}):\n{prompt}\n")
    return run_blocking(_ask(teacher, prompts))


def _prompt(table: str, rows: Sequence[Mapping[str, Any]], readme: str) -> str:
    lines = "\n".join(to_json(row).decode() for row in rows)
    about = f"README of the dataset:\n{readme}\n\n" if readme else ""
    return f"{INSTRUCTION}\n\n{about}Table {table}, its first rows:\n{lines}"


async def _ask(teacher: Teacher, prompts: Mapping[str, str]) -> list[Proposal]:
    found = []
    try:
        for table, prompt in prompts.items():
            messages = teacher.conversation((Message("system", SYSTEM), Message("user", prompt)))
            tokens = MAX_TOKENS + teacher.head_room()
            completion = await teacher.complete(Request(messages, ColumnRoles.model_json_schema(), tokens, SEED))
            try:
                roles = ColumnRoles.model_validate_json(answer_text(completion.text))
            except ValidationError:
                raise BadCompletion("the proposed roles do not parse", got=completion.text[:200]) from None
            by = completion.model or teacher.model_name()
            found += [Proposal(table, one.column, one.role, by) for one in roles.columns if one.role in AGREEING_KINDS]
    finally:
        await teacher.close()
    return found
