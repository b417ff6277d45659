"""An unfilled slot of a template."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ...tables.cells import excerpt
from ...tables.prose import matches_prose
from .._text_check import TextCheck

BRACES = r"\{\{? ?[A-Za-z_]+(?: [a-z]+)? ?\}?\}"
BRACKETS = r"\[[A-Z]{3,}(?:[_ ][A-Z]+)*\]"
SLOT = rf"(?:^|[\s(\x22])(?:{BRACES}|{BRACKETS})"
"""{name}, {{ name }}, [NAME]; `open_placeholders` covers [Your Name]."""


class TemplateSlots(TextCheck):
    """No text contains a slot such as {name} or [NAME], unless its column often does."""

    severity = "info"
    problem = "contain|contains an unfilled template slot"
    passes = {"*": [{"_row": 1, "template": "The {race} patient"}, {"_row": 2, "template": "A {race} patient"}]}
    fails = {
        "*": [
            *({"_row": row, "letter": "To whom it may concern"} for row in range(4)),
            {"_row": 4, "letter": "Yours, {name}"},
        ]
    }

    max_share: Annotated[float, Field(gt=0, le=1)] = 0.2
    """A column with a larger share of texts with slots is taken to hold templates."""

    def matches(self, value: str) -> str:
        """True for a text that contains one."""
        return f"regexp_matches({value}, '[{{{{[]') AND {matches_prose(value, SLOT)}"

    def describe(self, value: str) -> str:
        """The surrounding words."""
        return excerpt(value, SLOT)
