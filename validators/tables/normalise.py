"""Normalised text for equality, and ROUGE-L for similarity; used by checks, curation and families."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

SPACE = re.compile(r"\s+")
TRAILING = ".,;:!?…。！？"
PREFIX = re.compile(r"^(right|duty) to\s+", re.IGNORECASE)
TOKEN = re.compile(r"[^\W_]+")


def norm(text: str) -> str:
    """NFKC, case folded, white space collapsed, trailing punctuation stripped (INV-VP4)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return SPACE.sub(" ", folded).strip().rstrip(TRAILING).rstrip()


class RougeL(NamedTuple):
    """ROUGE-L of a candidate against a reference, each 0 to 1."""

    precision: float
    recall: float
    f1: float


def rouge_l(candidate: str, reference: str) -> RougeL:
    """ROUGE-L (Lin 2004) over stemmed words, for texts of one sentence.

    KaleidoSys strips "Right to " and "Duty to " first and uses ROUGE-Lsum with Porter's stemmer; for one
    sentence the two are the same. Other than `rouge-score`, words of every script count.
    """
    a, b = _stems(candidate), _stems(reference)
    if not a or not b:
        return RougeL(0.0, 0.0, 0.0)
    common = _longest_common(a, b)
    precision, recall = common / len(a), common / len(b)
    return RougeL(precision, recall, 2 * precision * recall / (precision + recall) if common else 0.0)


@lru_cache(maxsize=100_000)
def _stems(text: str) -> tuple[str, ...]:
    words = TOKEN.findall(PREFIX.sub("", text).lower())
    return tuple(_stem(word) if len(word) > 3 else word for word in words)


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return str(_porter().stemWord(word))


@cache
def _porter() -> Any:
    from snowballstemmer import stemmer  # slow to import, and few texts are stemmed

    return stemmer("porter")


def _longest_common(a: Sequence[str], b: Sequence[str]) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        before = 0
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], before + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]
