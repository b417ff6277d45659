"""Markup left over from extracting a text from a web page or a quoted string."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ...tables.cells import excerpt
from ...tables.prose import matches_prose
from .._text_check import TextCheck

TAG = r"</?(?i:a|b|br|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|span|strong|table|td|th|tr|u|ul)(?:\s[^<>]*)?/?>"
ENTITY = r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[0-9a-fA-F]{1,5});"
END_OF_ATTRIBUTE = r'">\s*$'
ESCAPED = r"[.!?,:\p{Ll}]\\n(?:\\n|\s|\p{Lu}|$)"
"""A line break escaped as backslash and n."""
MARKUP = "|".join([TAG, ENTITY, END_OF_ATTRIBUTE, ESCAPED])


class MarkupRemnants(TextCheck):
    """No text contains HTML or escaped line breaks, unless its column often does."""

    severity = "info"
    problem = "contain|contains HTML tags, entities or escaped line breaks"
    passes = {"*": [{"_row": 1, "text": "if a < b and c > d: \\nabla & co"}, {"_row": 2, "text": "<name>"}]}
    fails = {
        "*": [
            *({"_row": row, "text": "plain", "page": "<p>meant</p>"} for row in range(4)),
            {"_row": 4, "text": 'Do you risk your life?">', "page": "<p>meant</p>"},
        ]
    }

    max_share: Annotated[float, Field(gt=0, le=1)] = 0.2
    """A larger share of texts with markup is taken to be intended."""

    def matches(self, value: str) -> str:
        """True for a text that contains markup."""
        return rf"regexp_matches({value}, '[<&>\\]') AND {matches_prose(value, MARKUP)}"

    def describe(self, value: str) -> str:
        """The surrounding words."""
        return excerpt(value, MARKUP)
