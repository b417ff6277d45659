"""Versions of a published dataset: tags such as v1.2.0, semantic versioning as it reads for data.

Which part of a version is bumped is what `diff` suggests.
"""

from __future__ import annotations

from collections.abc import Iterable

from packaging.version import InvalidVersion, Version

from ...schemas.difference import Bump
from ...schemas.errors import RecipeError

FIRST = Version("1.0.0")


def tag_of(version: Version) -> str:
    """The tag of a version."""
    return f"v{version}"


def parse_version(text: str) -> Version:
    """The version that a user gives. Raises `RecipeError`."""
    if (version := _parsed(text)) is None:
        raise RecipeError("not a version", where="--version", got=text, expected="three numbers, such as v1.2.0")
    return version


def latest_version(tags: Iterable[str]) -> Version | None:
    """The highest version among some tags."""
    return max((version for tag in tags if (version := _parsed(tag))), default=None)


def bumped(version: Version, bump: Bump) -> Version:
    """The next version."""
    major, minor, patch = version.release
    steps = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0)}
    return Version(".".join(map(str, steps.get(bump, (major, minor, patch + 1)))))


def _parsed(text: str) -> Version | None:
    """The version in a tag, with or without its v; None for anything but three plain numbers."""
    plain = text.removeprefix("v")
    try:
        version = Version(plain)
    except InvalidVersion:
        return None
    is_plain = len(version.release) == 3 and plain == ".".join(map(str, version.release))
    return version if is_plain else None
