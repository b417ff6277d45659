"""Seeds that come with pluriset: everyday situations of many lives, so that the first command needs no file."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic_core import from_json

from . import Seed, Source

Domain = Literal[
    "ageing", "arts", "community", "education", "environment", "family", "friendship",
    "health", "law", "migration", "money", "religion", "technology", "work",
]  # fmt: skip


class Sample(Source):
    """Situations written for pluriset, in English."""

    domain: Domain | None = None
    """Only situations of this domain; default: all of them, mixed."""

    def seeds(self, base: Path) -> Iterator[Seed]:
        """The situations in their order; `base` does not matter."""
        for line in files(__package__).joinpath("sample.jsonl").read_bytes().splitlines():
            situation = from_json(line)
            if self.domain in (None, situation["domain"]):
                yield Seed(situation["id"], situation["situation"], "sample")
