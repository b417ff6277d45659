"""How far people are, how carefully they read, and how well what they declare hides them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import BaseModel

from ..execution.human_answers import read_answers
from .people import People, Person
from .requests import Requests
from .slots import slots


class AnnotatorStatus(BaseModel):
    """Where one person stands."""

    annotator: str
    """Pseudonym."""
    access: str
    """not invited, invited, opened, expired, revoked or withdrawn."""
    consented: bool
    answered: int
    open: int
    """Requests that wait for them."""
    median_seconds: float | None
    """Median time from showing an item to its answer; null before the first, and for what was imported."""
    attention_passed: int
    attention_seen: int


class Anonymity(BaseModel):
    """k-anonymity of the people who declared attributes (Sweeney 2002), an attribute left open counted as a value."""

    k: int
    """People who must share their attributes before the dataset can be published: `card.anonymity`."""
    smallest: int | None
    """People in the smallest group of equal attributes; null where nobody declared any."""
    exposed: int
    """People in groups smaller than k."""


class Status(BaseModel):
    """The people of a run."""

    annotators: list[AnnotatorStatus]
    anonymity: Anonymity
    recorded: bool
    """Whether there are records of people, such as links, where they were looked for."""


def status(run: Path, people: People) -> Status:
    """The state of every annotator of a run who is a person; reads files only."""
    known, recorded, requests = slots(run), people.all(), Requests(run)
    rows, declared = [], []
    for annotator in known.annotators:
        answers = read_answers(requests.batches.answers(annotator))
        seconds = [shown["seconds"] for each in answers.by_digest.values() if "seconds" in (shown := _shown(each))]
        rows.append(
            AnnotatorStatus(
                annotator=annotator,
                access=_access(recorded.get(annotator), people.clock()),
                consented=(person := recorded.get(annotator)) is not None and person.consent is not None,
                answered=len(answers.by_digest),
                open=sum(digest not in answers.by_digest for digest in requests.of(annotator)),
                median_seconds=round(median(seconds), 1) if seconds else None,
                attention_passed=sum(answers.attention.values()),
                attention_seen=len(answers.attention),
            )
        )
        declared.append(answers.attributes or {})
    hidden = anonymity(declared, known.recipe.card.anonymity)
    return Status(annotators=rows, anonymity=hidden, recorded=people.file.exists())


def anonymity(declared: list[dict[str, str]], k: int) -> Anonymity:
    """Who shares their attributes with how many; people who declared nothing cannot be singled out."""
    groups = Counter(tuple(sorted(each.items())) for each in declared if each)
    exposed = sum(size for size in groups.values() if size < k)
    return Anonymity(k=k, smallest=min(groups.values(), default=None), exposed=exposed)


def _shown(answer: dict[str, Any]) -> dict[str, Any]:
    return answer.get("shown") or {}


def _access(person: Person | None, now: float) -> str:
    if person is None:
        return "not invited"
    if person.withdrawn or person.revoked:
        return "withdrawn" if person.withdrawn else "revoked"
    if now >= person.expires:
        return "expired"
    return "opened" if person.session else "invited"
