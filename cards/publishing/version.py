"""The version of a published dataset: a tag such as v1.2.0, as semantic versioning reads for data.

How far a version goes on is what `diff` finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, Self

from ...schemas.difference import Bump
from ...schemas.errors import RecipeError


class Version(NamedTuple):
    """A version; versions compare as they should."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"v{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def parsed(cls, text: str) -> Self | None:
        """The version in a tag, with or without its v; None if it is none."""
        found = re.fullmatch(r"v?(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})", text, re.ASCII)
        return cls(*map(int, found.groups())) if found else None

    def next(self, step: Bump) -> Self:
        """The version that follows."""
        steps = {"major": (self.major + 1, 0, 0), "minor": (self.major, self.minor + 1, 0)}
        return type(self)(*steps.get(step, (self.major, self.minor, self.patch + 1)))


FIRST = Version(1, 0, 0)


def parse_version(text: str) -> Version:
    """The version that a user names. Raises `RecipeError`."""
    if (version := Version.parsed(text)) is None:
        raise RecipeError("not a version", where="--version", got=text, expected="three numbers, such as v1.2.0")
    return version


def latest_version(tags: Iterable[str]) -> Version | None:
    """The highest version among some tags."""
    return max((version for tag in tags if (version := Version.parsed(tag))), default=None)
