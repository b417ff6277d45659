"""Where seeds come from: one source a file.

What a source is: a frozen options model that yields seeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...schemas.component import Component


@dataclass(frozen=True, slots=True)
class Seed:
    """What is asked about: an id, a text, and where it was found."""

    id: str
    text: str
    origin: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    """The other columns that the source was told to read, by the name that the family knows them by."""


@dataclass(frozen=True, slots=True)
class BadSeed:
    """A record of a source that is no seed, where it stands, and why; becomes a reject."""

    place: str
    reason: str
    detail: str


class Source(Component):
    """Yields seeds in a fixed order, one at a time."""

    def seeds(self, base: Path) -> Iterator[Seed | BadSeed]:
        """Every record of the source, as a seed or with the reason why not; paths are relative to `base`.

        Raises `DataError` if the source as a whole cannot be read, before the first seed.
        """
        raise NotImplementedError
