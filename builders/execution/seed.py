"""The rows of one seed, and what is missing of it: made by its family from answers, whoever gives them."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import to_json

from ...schemas.row import Row
from ...schemas.rows.reject import Reject
from ..asking.ask import Ask
from ..asking.journal_reader import AskFailed, JournalReader
from ..families import Family
from ..sources import BadSeed, Seed
from .people import with_answers_of_people

R = TypeVar("R")
Made = tuple[list[Row], list[Reject]]
"""The rows of a seed, and what is missing of it."""


async def rows_of(family: Family, engine: JournalReader, seed: Seed | BadSeed, seen: Sequence[str] = ()) -> Made:
    """Make the rows of a seed; `seen` are the texts that diversity shows. Raises `Postponed` and what stops a run."""
    if isinstance(seed, BadSeed):
        lost = _lost(family, seed.place, "source", seed.reason, seed.detail)
        return [], [lost.model_copy(update={"kept_key": seed.kept_key})]
    ask = Ask(engine, seed.id, earlier=seen)
    try:
        rows = await family.rows(seed, ask)
        return with_answers_of_people(rows, ask.of_people) if ask.of_people else rows, ask.rejects
    except AskFailed as failed:
        lost = _lost(family, seed.id, "ask", failed.reason, failed.detail, failed.digest.hex())
    except ValidationError as error:
        lost = _lost(family, seed.id, "ask", "does not fit its row type", str(error.errors()[0]["msg"]))
    record = to_json({"id": seed.id, "text": seed.text, **seed.fields}, fallback=str).decode()
    return [], [*ask.rejects, lost.model_copy(update={"row": record})]


def run_to_end(work: Coroutine[Any, Any, R]) -> R:
    """The result of a coroutine that never waits, without a loop: a replay asks nobody."""
    try:
        work.send(None)
    except StopIteration as done:
        return cast(R, done.value)
    raise TypeError("a family may only wait for asks")


def _lost(family: Family, key: str, step: str, reason: str, detail: str, digest: str | None = None) -> Reject:
    table = next(iter(family.tables_for_options()))
    return Reject(level="seed", table=table, key=key, step=step, reason=reason, detail=detail, digest=digest)
