"""U+FFFD replaces bytes that could not be decoded: the original text is lost."""

from __future__ import annotations

from ...tables.cells import excerpt
from .._text_check import TextCheck

LOST = "\ufffd"


class ReplacementCharacters(TextCheck):
    """No text contains the replacement character U+FFFD."""

    severity = "warning"
    problem = "contain|contains the replacement character U+FFFD"
    passes = {"*": [{"_row": 1, "text": "the parrot’s cage"}, {"_row": 2, "text": None}]}
    fails = {"*": [{"_row": 1, "text": "the parrot\ufffd\ufffd\ufffds cage"}]}

    def matches(self, value: str) -> str:
        """True for a text that contains one."""
        return f"contains({value}, '{LOST}')"

    def describe(self, value: str) -> str:
        """The surrounding words."""
        return excerpt(value, LOST)
