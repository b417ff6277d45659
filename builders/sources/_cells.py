"""Which cells of a record make a seed, and why a record makes none."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from . import BadSeed, Seed

LONGEST_TEXT = 4000
"""Characters of a text; a longer one is not one situation."""
LONGEST_ID = 200
"""Characters of an id."""


class Cells:
    """Makes seeds of records; remembers eight bytes of each id, so that each id is a seed once."""

    def __init__(self, text: str, id_: str | None, fields: Mapping[str, str]) -> None:
        self.text, self.id, self.fields = text, id_, fields
        self._seen: set[bytes] = set()

    @property
    def columns(self) -> list[str]:
        """The columns that are read, each once."""
        named = [self.text, *([self.id] if self.id is not None else []), *self.fields.values()]
        return list(dict.fromkeys(named))

    def seed(self, cells: Mapping[str, Any], origin: str) -> Seed | BadSeed:
        """The seed in a record, or why it holds none."""
        text = cells.get(self.text)
        if problem := _problem("text", text, LONGEST_TEXT):
            own = cells.get(self.id) if self.id is not None else None
            if not isinstance(own, str | int) or _problem("id", str(own), LONGEST_ID):
                return BadSeed(origin, *problem)
            reason, detail = problem
            return BadSeed(str(own), reason, f"{origin}: {detail}" if detail else origin)
        assert isinstance(text, str)
        id_: Any = _digest(text).hex() if self.id is None else cells.get(self.id)
        if isinstance(id_, int) and not isinstance(id_, bool):  # a whole number is as good as its digits
            id_ = str(id_)
        if problem := _problem("id", id_, LONGEST_ID):
            return BadSeed(origin, *problem)
        if (digest := _digest(id_)) in self._seen:
            return BadSeed(origin, "same id as an earlier seed", id_, id_)
        self._seen.add(digest)
        return Seed(id_, text, origin, {field: cells.get(column) for field, column in self.fields.items()})


def _problem(what: str, value: object, longest: int) -> tuple[str, str] | None:
    """Why a value is no text or id, and what it is instead."""
    if value is None:
        return f"{what} is missing", "null, or no such key"
    if not isinstance(value, str):
        return f"{what} is not a string", type(value).__name__
    if "\0" in value:
        return f"{what} holds a NUL character", f"at character {value.index(chr(0))}"
    if not any(c.isprintable() and not c.isspace() for c in value):
        return f"{what} is blank", repr(value[:40])
    if len(value) > longest:
        return f"{what} is too long", f"{len(value)} characters, at most {longest}"
    return None


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()
