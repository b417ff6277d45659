"""Texts that are unlike the other texts of their column."""

from __future__ import annotations

ONE_WORD = r"regexp_full_match(trim(text), '[^\s\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+')"
"""A text without white space, in a script that has some between words."""


def rarely(key: str, unlike: str, most: float) -> str:
    """A query over `rows` (the key, text): those that are unlike the others, where at most the share `most` is."""
    return f"""SELECT {key}, text AS problem FROM rows
        WHERE {unlike} AND (SELECT count(*) FILTER ({unlike}) <= {most} * count(text) FROM rows)"""
