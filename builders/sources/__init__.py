"""Where seeds come from: one source a file, a frozen options model that yields seeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ...schemas.component import Component


@dataclass(frozen=True, slots=True)
class Seed:
    """What a family is asked to build on."""

    id: str
    """The declared id, the key of a row of another dataset, else a digest of the text."""
    text: str
    """What is asked about."""
    origin: str
    """Where it was read: the file and its line, or an `Origin` for a row of a dataset."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Field that the family reads -> value, from the columns that the source maps."""


@dataclass(frozen=True, slots=True)
class BadSeed:
    """A record of a source that makes no seed, its place and the reason; becomes a reject."""

    place: str
    """Its id, or where it was read if it has none of its own."""
    reason: str
    detail: str
    kept_key: str | None = None
    """Id of the seed that says the same and was kept."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What was read of it."""


class Source(Component):
    """Yields seeds in a fixed order, one at a time."""

    def seeds(self, base: Path) -> Iterator[Seed | BadSeed]:
        """Every record of the source, as a seed or with the reason why not; paths are relative to `base`.

        Raises `DataError` if the source as a whole cannot be read, before the first seed.
        """
        raise NotImplementedError


def without_duplicates(seeds: Iterable[Seed | BadSeed]) -> Iterator[Seed | BadSeed]:
    """The seeds, and in place of one with the text and fields of an earlier seed the reason why it is left out."""
    first: dict[bytes, str] = {}
    for seed in seeds:
        if isinstance(seed, Seed):
            digest = blake2b(repr((seed.text, sorted(seed.fields.items()))).encode(), digest_size=8).digest()
            if (kept := first.setdefault(digest, seed.id)) != seed.id:
                yield BadSeed(seed.id, "same text as an earlier seed", seed.text, kept, seed.fields)
                continue
        yield seed
