"""Repeated spaces inside a sentence are left over from cutting or joining; code and tables may have them."""

from __future__ import annotations

from ...tables.cells import excerpt
from ...tables.prose import matches_prose
from .._text_check import TextCheck

TWICE = r"\p{L},?  +\p{L}"
"""Between words; two spaces after a full stop are a typographic convention."""


class RepeatedSpaces(TextCheck):
    """No text has repeated spaces between words."""

    severity = "info"
    problem = "have|has repeated spaces between words"
    repair = "white_space"
    auto_repairable = True
    passes = {"*": [{"_row": 1, "text": "One.  Two.\n    three"}]}
    fails = {"*": [{"_row": 1, "text": "not  wanting to"}]}

    def matches(self, value: str) -> str:
        """True for a text that contains them."""
        return f"contains({value}, '  ') AND {matches_prose(value, TWICE)}"

    def describe(self, value: str) -> str:
        """The surrounding words."""
        return excerpt(value, TWICE)
