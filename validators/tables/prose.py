"""Kinds of text: one word, program code, natural language."""

from __future__ import annotations

from .sql import quote_literal

ONE_WORD = r"regexp_full_match(trim(text), '[^\s\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+')"
"""SQL: a text without white space in a script that separates words."""

CODE = (
    r"```|\b(?:def|print|return|import|function|const|var) ?[\w(]|\bf[\x22\x27]|#include|</?(?i:html|body|head)\b|\$\{"
)
"""Pattern of program code."""


def rare_rows(key: str, unlike: str, most: float) -> str:
    """A query over `rows` (key, text): those for which the SQL `unlike` is true, if their share is at most `most`."""
    return f"""SELECT {key}, text AS problem FROM rows
        WHERE {unlike} AND (SELECT count(*) FILTER ({unlike}) <= {most} * count(text) FROM rows)"""


def matches_prose(value: str, pattern: str) -> str:
    """SQL that is true of a text that matches a pattern and is no program code."""
    return f"regexp_matches({value}, {quote_literal(pattern)}) AND NOT regexp_matches({value}, {quote_literal(CODE)})"
