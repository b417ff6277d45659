"""Names identify people. Without a list of names, only those after a title or a phrase can be detected."""

from __future__ import annotations

from ...tables.sql import quote_literal
from .._text_check import TextCheck

BEFORE = r"(?:Mr|Mrs|Ms|Mx|Dr|Prof|Herr|Frau|Mme|Sra?)\.?|Sir|[Mm]y name is|I am called|[Ii]ch heiße|[Mm]e llamo"
"""What precedes a name. The dot after Sir, which is no abbreviation, ends a sentence."""
NAMED = rf"(?:^|[^\p{{L}}])(?:{BEFORE})\s+\p{{Lu}}[\p{{Ll}}'’-]"


class PersonalNames(TextCheck):
    """No text names a person, as after a title or "my name is"."""

    severity = "warning"
    problem = "seem|seems to contain the name of a person"
    written_only = True
    passes = {
        "*": [
            {"_row": 1, "text": "Telling Mr. and Mrs. that my name is no business of theirs"},
            {"_row": 2, "text": "No, Sir. That is not mine."},
        ]
    }
    fails = {"*": [{"_row": 1, "text": "Lying to Dr. Ömer Çelik"}, {"_row": 2, "text": "Hi, my name is Jo."}]}

    def matches(self, value: str) -> str:
        """True for a text that contains a name."""
        return f"regexp_matches({value}, {quote_literal(NAMED)})"

    def describe(self, value: str) -> str:
        """A description that does not leak the name."""
        return quote_literal("seems to name a person")
