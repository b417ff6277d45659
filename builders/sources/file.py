"""Seeds from a file of one's own: JSON lines, CSV, TSV or parquet, with a column of texts."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ...schemas.errors import DataError, did_you_mean
from ...validators.readers.lines import Broken
from . import BadSeed, Seed, Source
from ._records import Record, columns, records

LONGEST_TEXT = 4000
"""Characters of a text; a longer one is not one situation."""
LONGEST_ID = 200
"""Characters of an id."""


class File(Source):
    """Reads one text from each record of a file; UTF-8, told apart by suffix, text formats also with .gz."""

    path: Path
    """The file; relative to the folder of the recipe."""
    text: str
    """Column of the texts."""
    id: str | None = None
    """Column of the ids; without it, an id is a digest of the text."""

    def seeds(self, base: Path) -> Iterator[Seed | BadSeed]:
        """One seed for each record; each id once."""
        path = base / self.path
        self._demand(columns(path), path)
        seen: set[bytes] = set()
        empty = True
        for record in records(path, self._wanted()):
            empty = False
            yield self._seed(record, f"{path.name}:{record.line}", seen)
        if empty:
            raise DataError("the file has columns, and no records", where=str(path))

    def _wanted(self) -> list[str]:
        return list(dict.fromkeys(column for column in (self.text, self.id) if column is not None))

    def _demand(self, there: list[str], path: Path) -> None:
        for column in self._wanted():
            if column not in there:
                got, hint = "the columns " + ", ".join(there), did_you_mean(column, there)
                raise DataError(f"there is no column {column!r}", where=str(path), got=got, hint=hint)

    def _seed(self, record: Record | Broken, place: str, seen: set[bytes]) -> Seed | BadSeed:
        if isinstance(record, Broken):
            return BadSeed(place, record.reason, record.detail)
        text: Any = record.cells.get(self.text)
        if problem := _problem("text", text, LONGEST_TEXT):
            return BadSeed(place, *problem)
        own: Any = _digest(text).hex() if self.id is None else _named(record.cells.get(self.id))
        if problem := _problem("id", own, LONGEST_ID):
            return BadSeed(place, *problem)
        if (digest := _digest(own)) in seen:
            return BadSeed(place, "same id as an earlier seed", own)
        seen.add(digest)
        return Seed(own, text, place)


def _named(value: Any) -> Any:
    """A whole number is as good as its digits."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _problem(what: str, value: object, longest: int) -> tuple[str, str] | None:
    """Why a value is no text or id, and what was found."""
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
