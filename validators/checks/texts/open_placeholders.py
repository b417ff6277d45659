"""A placeholder that only a writer fills, such as [Your Name], is open however often its column holds it."""

from __future__ import annotations

from ...tables.cells import excerpt
from ...tables.prose import matches_prose
from .._text_check import TextCheck

WHOSE = r"(?:Full |First |Last |Company |Recipient(?:'s)? |Sender(?:'s)? )?"
DETAIL = rf"{WHOSE}(?:Name|Date|Address|Email|Phone(?: Number)?|Title)"
OPEN = rf"\[(?:(?:[Ii]nsert|INSERT|[Yy]our|YOUR|[Ee]nter) [^\]\n]{{2,40}}|{DETAIL})\](?:[^(]|$)"
"""[Your Name], [insert date], [Company Name]; no link of Markdown."""


class OpenPlaceholders(TextCheck):
    """No text leaves a placeholder such as [Your Name] open, however many do."""

    severity = "info"
    problem = "leave|leaves a placeholder open"
    passes = {"*": [{"_row": 1, "template": "The [AGE] patient"}, {"_row": 2, "text": "See [Your Rights](rights.md)"}]}
    fails = {"*": [{"_row": row, "letter": f"Letter {row}. Yours, [Your Name]"} for row in range(4)]}

    def matches(self, value: str) -> str:
        """True for a text that contains one."""
        return f"contains({value}, '[') AND {matches_prose(value, OPEN)}"

    def describe(self, value: str) -> str:
        """The surrounding words."""
        return excerpt(value, OPEN)
