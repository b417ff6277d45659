"""Two spaces inside a sentence are a trace of cutting or joining; code and tables have them by right."""

from __future__ import annotations

from ...tables.cells import around
from ...tables.prose import in_prose
from .._text_check import TextCheck

TWICE = r"\p{L},?  +\p{L}"
"""Between words; after a full stop two spaces are an old custom."""


class RepeatedSpaces(TextCheck):
    """No two words have more than one space between them."""

    severity = "info"
    repair = "white_space"
    mends = True
    passes = {"*": [{"_row": 1, "text": "One.  Two.\n    three"}]}
    fails = {"*": [{"_row": 1, "text": "not  wanting to"}]}

    def wrong(self, value: str) -> str:
        """True of a text that has them."""
        return f"contains({value}, '  ') AND {in_prose(value, TWICE)}"

    def problem(self, value: str) -> str:
        """The words around it."""
        return around(value, TWICE)
