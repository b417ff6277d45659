"""Shards of a run: which seeds belong to one, and the names of the journal segments that were written for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

SEGMENT = re.compile(
    r"(?P<number>[0-9]{5}|[1-9][0-9]{5,})(\.(?P<shard>[0-9]{5}|[1-9][0-9]{5,})-of-(?P<of>[0-9]{5}|[1-9][0-9]{5,}))?\.jsonl"
)


class Shard(NamedTuple):
    """One of `of` shards of the seeds, by the digest of their ids; numbered from 0."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number:05d}-of-{self.of:05d}"

    def has(self, seed_id: str) -> bool:
        """Whether a seed belongs to it: the same on every machine and in every version."""
        return int.from_bytes(blake2b(seed_id.encode(), digest_size=8).digest()) % self.of == self.number


class Segment(NamedTuple):
    """One file of a journal. Numbers grow with time, also across shards, so that a later void hits earlier answers."""

    number: int
    shard: Shard | None = None

    @property
    def name(self) -> str:
        """File name, `00002.jsonl` or `00002.00003-of-00016.jsonl`."""
        return f"{self.number:05d}{'' if self.shard is None else f'.{self.shard}'}.jsonl"


def segments(folder: Path) -> list[Segment]:
    """The segments of a journal, in the order in which they count."""
    return in_order(path.name for path in folder.glob("*.jsonl") if path.is_file())


def in_order(names: Iterable[str]) -> list[Segment]:
    """The segments among these files, in the order in which they count; a copy under another name is none."""
    found = (_segment(name) for name in names)
    return sorted((one for one in found if one is not None), key=lambda one: (one.number, one.shard or (-1, 0)))


def concerning(there: Iterable[Segment], shard: Shard) -> list[Segment]:
    """The segments that can hold answers about seeds of a shard."""
    return [one for one in there if one.shard is None or one.shard == shard or one.shard.of != shard.of]


def shard_count(folder: Path) -> int | None:
    """How many shards the newest sharded segment of a journal has; None if the journal has none."""
    return next((one.shard.of for one in reversed(segments(folder)) if one.shard), None)


def _segment(name: str) -> Segment | None:
    if not (parts := SEGMENT.fullmatch(name)):
        return None
    return Segment(int(parts["number"]), Shard(int(parts["shard"]), int(parts["of"])) if parts["shard"] else None)
