"""Terms of a lexicon in a text: found as whole words in any script, masked, and put back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

MASK = "[MASK]"
"""What takes the place of a term."""


class Occurrence(NamedTuple):
    """A term in a text, as it is written there."""

    start: int
    """Index of its first character."""
    term: str
    """The characters of the text, in their case."""

    @property
    def end(self) -> int:
        """Index after its last character."""
        return self.start + len(self.term)


def occurrences(text: str, terms: Iterable[str]) -> list[Occurrence]:
    """Where terms occur as whole words, whatever their case; of terms that overlap, the longest."""
    if (pattern := _pattern(tuple(terms))) is None:
        return []
    found = (Occurrence(match.start(), match[0]) for match in pattern.finditer(text))
    return [each for each in found if not (_is_mark(text, each.start) or _is_mark(text, each.end))]


def masked(text: str, at: Occurrence) -> str:
    """The text with `[MASK]` in the place of a term."""
    return text[: at.start] + MASK + text[at.end :]


def restored(text: str, term: str) -> str:
    """The text that was masked."""
    return text.replace(MASK, term)


@lru_cache(maxsize=256)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str] | None:
    longest_first = sorted(map(re.escape, terms), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE) if terms else None


def _is_mark(text: str, at: int) -> bool:
    """Whether a vowel sign or accent is there: part of the word before it, although it is no letter to `re`."""
    return at < len(text) and unicodedata.category(text[at]).startswith("M")
