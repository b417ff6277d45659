"""The format of a file, found by its suffix."""

from __future__ import annotations

from functools import cache
from pathlib import PurePath

from ...schemas.component import load, names
from . import formats
from .format import Format


def format_of(path: PurePath) -> Format | None:
    """The format that a suffix tells, of a text format also before .gz."""
    name = path.name.lower()
    found = _by_suffix().get(PurePath(name.removesuffix(".gz")).suffix)
    return None if found and name.endswith(".gz") and not found.is_text else found


def known() -> list[str]:
    """Every suffix that can be read."""
    return sorted(_by_suffix())


@cache
def _by_suffix() -> dict[str, Format]:
    found: list[Format] = [load(formats.__name__, name) for name in names(formats.__name__)]
    return {suffix: one for one in found for suffix in one.suffixes}
