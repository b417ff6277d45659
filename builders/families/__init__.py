"""What can be built: one family a file.

A family is one async function from a seed to rows, and what it declares about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ...schemas.component import Component
from ...schemas.row import Row
from ...schemas.rows.shared import Aspect
from ..asking.ask import Ask
from ..sources import Seed


@dataclass(frozen=True)
class Role:
    """What a teacher or panel is asked for."""

    doc: str
    """What it does, for `pluriset list families`."""
    many: bool = False
    """Whether a panel of several annotators may have it."""


class Family(Component):
    """Asks teachers about one seed and returns its rows. Deterministic between asks."""

    tables: ClassVar[Mapping[str, type[Row]]]
    """Table -> row type, the main table first: one row of it for each seed."""
    roles: ClassVar[Mapping[str, Role]]
    """Role -> what it is asked for."""

    def tables_for_options(self) -> Mapping[str, type[Row]]:
        """The tables that a build with these options has: `tables`, and what an option adds."""
        return self.tables

    def once(self) -> Sequence[Row]:
        """Rows that the dataset has once, whatever the seeds: its aspects, and closed vocabularies to point to."""
        return ()

    def derived(self) -> Mapping[str, str]:
        """Table -> SELECT of its rows over the tables that curation left, such as pairs from ratings; no API calls.

        Tables are derived in this order, and a later one may select from an earlier one. Rows should be ordered.
        """
        return {}

    def round(self) -> int | None:
        """Seeds of a round, where prompts depend on the rows of earlier rounds; None where they do not."""
        return None

    def texts_to_avoid(self, rows: Sequence[Row]) -> Iterable[str]:
        """What prompts of later rounds may show of the rows of one seed."""
        raise NotImplementedError

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """The rows of one seed. Raises `AskFailed` if there can be none, which rejects the seed."""
        raise NotImplementedError

    def seed(self, main: Row) -> Seed:
        """The seed of a row of the main table, so that it can be built again."""
        raise NotImplementedError

    def aspects(self) -> list[Aspect]:
        """What is judged: the aspects among the rows that the dataset has once."""
        return [row for row in self.once() if isinstance(row, Aspect)]
