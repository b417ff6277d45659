"""What kind of text it is."""

from __future__ import annotations

from .sql import quote_literal

ONE_WORD = r"regexp_full_match(trim(text), '[^\s\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+')"
"""A text without white space, in a script that has some between words."""

CODE = (
    r"```|\b(?:def|print|return|import|function|const|var) ?[\w(]|\bf[\x22\x27]|#include|</?(?i:html|body|head)\b|\$\{"
)
"""What programs have and other texts hardly."""


def rare_rows(key: str, unlike: str, most: float) -> str:
    """A query over `rows` (the key, text): those that are unlike the others, where at most the share `most` is."""
    return f"""SELECT {key}, text AS problem FROM rows
        WHERE {unlike} AND (SELECT count(*) FILTER ({unlike}) <= {most} * count(text) FROM rows)"""


def matches_prose(value: str, pattern: str) -> str:
    """True of a text that matches a pattern and is no program."""
    return f"regexp_matches({value}, {quote_literal(pattern)}) AND NOT regexp_matches({value}, {quote_literal(CODE)})"
