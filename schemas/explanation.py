"""What is on record about one row: the story of how it came to be, and the row made again."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from .recipe import CitedSource
from .report import Severity
from .rows.reject import Reject


class Found(BaseModel):
    """A row with the table it is in."""

    table: str
    key: str
    row: dict[str, Any]


class Asked(BaseModel):
    """One ask behind the row, as the journal has it."""

    digest: str
    role: str
    annotator: str
    sample: int
    attempt: int
    """0, or how often an answer before this one could not be read."""
    teacher: dict[str, Any]
    """Identity of the teacher: model, revision, and every option that can change an answer, sampling among them."""
    messages: list[dict[str, str]]
    """The prompt, turn by turn."""
    answer: dict[str, Any]
    """The raw answer: text, finish, tokens, and the model that the endpoint named."""


class Named(BaseModel):
    """A check that fails this very row."""

    check: str
    severity: Severity
    problem: str


class Story(BaseModel):
    """Everything on record about one row."""

    subject: Found
    rests_on: list[Found]
    """The rows that it points to, and those that they point to; the main row is the seed."""
    asks: list[Asked]
    """The asks that made it, and those that judged it."""
    judgements: list[Found]
    """What annotators said of it, and what rules made of that."""
    compared: list[Reject]
    """Rows that went because this one was kept."""
    findings: list[Named]
    """The checks that fail it."""
    licence: str
    """Licence of the dataset."""
    sources: list[CitedSource]
    """Where its seeds come from, with their licences, as the recipe declares them."""
    missing: list[str]
    """What cannot be told, and why."""


class Replayed(BaseModel):
    """A published row beside the same row made again."""

    table: str
    key: str
    published: dict[str, Any]
    again: dict[str, Any]
    differs: list[str]
    """Columns in which they differ, as where a curation step changed the row; none where they are equal."""
