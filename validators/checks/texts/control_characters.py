"""Control characters are invisible, break file formats, or are left over from another encoding."""

from __future__ import annotations

from .._text_check import TextCheck

CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{80}-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}]"
"""C0 and C1 except tab and line ends, DEL, and bidirectional controls."""


class ControlCharacters(TextCheck):
    """No text contains control characters."""

    severity = "warning"
    problem = "contain|contains control characters"
    passes = {"*": [{"_row": 1, "text": "a\tb\r\nc"}]}
    fails = {"*": [{"_row": 1, "text": "a\x00b"}, {"_row": 2, "text": "it\x92s"}]}

    def matches(self, value: str) -> str:
        """True for a text that contains one."""
        return f"regexp_matches({value}, '{CONTROL}')"

    def describe(self, value: str) -> str:
        """The code point of the first one."""
        return f"printf('U+%04X', unicode(regexp_extract({value}, '{CONTROL}')))"
