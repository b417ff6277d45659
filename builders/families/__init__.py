"""What can be built: one family a file.

What a family is: one async function from a seed to rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ...schemas.component import Component
from ...schemas.row import Row
from ...schemas.rows.shared import Rule
from ..asking.ask import Ask
from ..sources import Seed


@dataclass(frozen=True)
class Question:
    """How a benchmark asks about the items of a table."""

    table: str
    """The table of the items."""
    select: str
    """SELECT of `item_id` and `input`, the question in words, over the tables of the family."""
    choices: Sequence[str]
    """The labels to choose from."""


class Family(Component):
    """Asks teachers about one seed and returns its rows. Deterministic between asks."""

    tables: ClassVar[Mapping[str, type[Row]]]
    """Table -> row type, the main table first: one row of it for each seed."""
    roles: ClassVar[Mapping[str, str]]
    """Role -> what it does; a role whose name is in `panels` may have several annotators."""
    panels: ClassVar[frozenset[str]] = frozenset()
    """Roles that a panel may answer."""
    aggregates: ClassVar[Mapping[str, Sequence[Rule]]] = {}
    """Aspect -> rules by which its annotations are joined."""

    questions: ClassVar[Mapping[str, Question]] = {}
    """Aspect -> how a benchmark asks for it; none where it is no benchmark."""

    def made(self) -> Mapping[str, type[Row]]:
        """The tables that these options make: those of every dataset of the family, and what an option adds."""
        return self.tables

    def round(self) -> int | None:
        """Seeds of a round, where what is asked depends on the rows of the rounds before; null where it does not."""
        return None

    def remembered(self, rows: Sequence[Row]) -> Iterable[str]:
        """What later rounds may see of the rows of one seed."""
        raise NotImplementedError

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """The rows of one seed. Raises `AskFailed` if there can be none, which rejects the seed."""
        raise NotImplementedError

    def seed(self, main: Row) -> Seed:
        """The seed that a row of the main table was made of, so that it can be made again."""
        raise NotImplementedError
