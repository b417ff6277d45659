"""Two spaces inside a sentence are a trace of cutting or joining; code and tables have them by right."""

from __future__ import annotations

from ...tables.cells import around
from ...tables.prose import in_prose
from .._text_check import TextCheck

TWICE = r"\p{L},?  +\p{L}"
"""Between words; after a full stop two spaces are an old custom."""


class RepeatedSpaces(TextCheck):
    """No text has repeated spaces between words."""

    severity = "info"
    problem = "have|has repeated spaces between words"
    repair = "white_space"
    auto_repairable = True
    passes = {"*": [{"_row": 1, "text": "One.  Two.\n    three"}]}
    fails = {"*": [{"_row": 1, "text": "not  wanting to"}]}

    def matches(self, value: str) -> str:
        """True of a text that has them."""
        return f"contains({value}, '  ') AND {in_prose(value, TWICE)}"

    def describe(self, value: str) -> str:
        """The words around it."""
        return around(value, TWICE)
