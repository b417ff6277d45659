"""Invisible characters make equal words differ; joiners that a script needs are allowed."""

from __future__ import annotations

from .._text_check import TextCheck

INVISIBLE = r"[\x{a0}\x{ad}\x{200b}\x{2060}\x{feff}]"
"""No-break space, soft hyphen, zero-width space, word joiner, byte order mark."""


class InvisibleCharacters(TextCheck):
    """No text contains no-break spaces, soft hyphens, zero-width spaces or byte order marks."""

    severity = "info"
    problem = "contain|contains invisible characters or no-break spaces"
    repair = "white_space"
    auto_repairable = True
    passes = {"*": [{"_row": 1, "text": "می‌خواهم 👩‍👩‍👧"}]}
    fails = {"*": [{"_row": 1, "text": "two\u00a0words"}]}

    def matches(self, value: str) -> str:
        """True for a text that contains one."""
        return f"strlen({value}) > length({value}) AND regexp_matches({value}, '{INVISIBLE}')"

    def describe(self, value: str) -> str:
        """The code point of the first one."""
        return f"printf('U+%04X', unicode(regexp_extract({value}, '{INVISIBLE}')))"
