"""What can be measured of a text without a lexicon."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

WORD = re.compile(r"\w+(?:['’-]\w+)*")
SENTENCE = re.compile(r"[^.!?。！？]*\w[^.!?。！？]*[.!?。！？]*")


def words(text: str) -> float:
    """Number of words."""
    return float(len(WORD.findall(text)))


def sentences(text: str) -> float:
    """Number of sentences."""
    return float(len(SENTENCE.findall(text)))


def word_length(text: str) -> float:
    """Mean number of characters of a word; 0 without words."""
    found = WORD.findall(text)
    return sum(map(len, found)) / len(found) if found else 0.0


def readability(text: str) -> float:
    """Automated readability index (Smith and Senter 1967): about the US school grade; 0 without words.

    4.71 characters / words + 0.5 words / sentences - 21.43. It counts letters, so it needs no lexicon, but it was
    fitted to English.
    """
    found = WORD.findall(text)
    if not found:
        return 0.0
    return 4.71 * sum(map(len, found)) / len(found) + 0.5 * len(found) / max(sentences(text), 1) - 21.43


def variety(text: str) -> float:
    """Distinct words over the root of twice the words (Carroll 1964), which depends less on length than their share."""
    found = [word.lower() for word in WORD.findall(text)]
    return len(set(found)) / (2 * len(found)) ** 0.5 if found else 0.0


def specifics(text: str) -> float:
    """Share of words with a digit, or a capital that begins no sentence: numbers and names. Our stand-in for detail."""
    found = WORD.findall(text)
    begins = len(re.findall(r"(?:^|[.!?]\s+)[A-Z]", text))
    marked = sum(1 for word in found if any(c.isdigit() for c in word) or (word[0].isupper() and word != "I"))
    return max(marked - begins, 0) / len(found) if found else 0.0


SHAPES: Mapping[str, Callable[[str], float]] = {
    "words": words,
    "sentences": sentences,
    "word_length": word_length,
    "readability": readability,
    "variety": variety,
    "specifics": specifics,
}
"""Name of a measure -> the measure."""
