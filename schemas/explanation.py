"""What is on record about one row: how it was built, and the row built again."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from .recipe import CitedSource
from .report import Severity
from .rows.reject import Reject


class TableRow(BaseModel):
    """A row with its table and key."""

    table: str
    key: str
    row: dict[str, Any]


class AskRecord(BaseModel):
    """One ask that the row rests on, as the journal records it."""

    digest: str
    role: str
    annotator: str
    sample: int
    attempt: int
    """0, or how many answers before this one did not parse."""
    teacher: dict[str, Any]
    """Identity of the teacher: model, revision, and every option that can change an answer, sampling among them."""
    messages: list[dict[str, str]]
    """The conversation, turn by turn."""
    answer: dict[str, Any]
    """The raw answer: text, finish, tokens, and the model that the endpoint reported."""


class SourceRow(BaseModel):
    """The row of another dataset that a seed was read from; `why` on that dataset goes on from there."""

    dataset: str
    """Name of the run, id on the Hub, or name of the file or folder."""
    revision: str
    """Commit on the Hub, or the start of the manifest's sha256 of a run; empty for a file or folder."""
    table: str
    key: str


class FailedCheck(BaseModel):
    """A check that this row fails."""

    check: str
    severity: Severity
    problem: str


class Explanation(BaseModel):
    """Everything on record about one row."""

    subject: TableRow
    rests_on: list[TableRow]
    """The rows of its basis and those that it points to, and theirs in turn; the main row is the seed."""
    origins: list[SourceRow] = []
    """The rows of other datasets that its seed was read from."""
    asks: list[AskRecord]
    """The asks that it was built from, and those that judged it."""
    judgements: list[TableRow]
    """Its annotations and their aggregates."""
    compared: list[Reject]
    """Rows that were removed in favour of this one."""
    findings: list[FailedCheck]
    """The checks that it fails."""
    licence: str
    """Licence of the dataset."""
    sources: list[CitedSource]
    """Where its seeds come from, with their licences, as the recipe declares them."""
    missing: list[str]
    """What the run does not hold, and why."""


class Replayed(BaseModel):
    """A published row beside the same row built again."""

    table: str
    key: str
    published: dict[str, Any]
    again: dict[str, Any]
    differs: list[str]
    """Columns in which they differ, for example because a curation step changed the row."""
