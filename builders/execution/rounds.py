"""Rounds: the seeds of one are asked about at once, and shown what the rounds before it made.

Where nothing is shown, all seeds are one round, of which nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from pydantic_core import from_json

from ...schemas.errors import TeacherUnavailable
from ...schemas.row import Row
from ...schemas.rows.candidate import NAME as CANDIDATES
from ...schemas.rows.reject import Reject
from ..asking.engine import UNAVAILABLE
from ..sources import BadSeed, Seed
from .earlier import Earlier
from .resolve import ResolvedRecipe


@dataclass
class Round:
    """Some seeds, and what came of them."""

    seeds: Iterable[Seed | BadSeed]
    seen: Sequence[str] = ()
    """What its prompts may show of earlier rounds."""
    remembers: bool = False
    made: dict[int, list[Row]] = field(default_factory=dict)
    """Number of a seed -> its rows."""
    unanswered: list[Reject] = field(default_factory=list)
    """What is missing for want of a teacher."""

    def take(self, number: int, rows: list[Row], missing: Iterable[Reject]) -> None:
        """Remember what came of a seed, as far as later rounds rest on it."""
        if self.remembers:
            self.made[number] = rows
            self.unanswered += (one for one in missing if one.reason == UNAVAILABLE and not _judges_only(one))


def rounds(crew: ResolvedRecipe, failed_before: frozenset[bytes], folder: Path) -> Iterator[Round]:
    """Every round, once the one before it is complete. Raises `TeacherUnavailable` if that lacks answers.

    What was asked for in vain before, by `failed_before`, is not waited for again.
    """
    seeds, size, earlier = crew.seeds(), crew.family.round(), Earlier(crew.family)
    if size is None:
        yield Round(seeds)
        return
    while some := list(islice(seeds, size)):
        yield (one := Round(some, earlier.seen, remembers=True))
        if lost := [each for each in one.unanswered if bytes.fromhex(each.digest or "") not in failed_before]:
            raise _incomplete(lost, folder)
        for number in range(len(some)):
            earlier.add(one.made.get(number, []))


def _judges_only(missing: Reject) -> bool:
    """Whether it is a judgement that no row rests on: those of candidates say which one is taken."""
    return missing.table == "annotations" and from_json(missing.key)[0] != CANDIDATES


def _incomplete(lost: Sequence[Reject], folder: Path) -> TeacherUnavailable:
    return TeacherUnavailable(
        "a round lacks answers, and the rounds after it rest on them; everything answered is kept",
        where=str(folder),
        got=f"asks without an answer: {len(lost)}; {lost[0].detail}",
        hint="run the same command again: it asks for them once more, then goes on with or without them",
    )
