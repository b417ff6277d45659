"""A name can lead to a person. Without a list of all names of the world only some can be told by what stands before."""

from __future__ import annotations

from ...tables.sql import quote_literal
from .._text_check import TextCheck

BEFORE = r"(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sir|Herr|Frau|Mme|Sra?)\.?|[Mm]y name is|I am called|[Ii]ch heiße|[Mm]e llamo"
NAMED = rf"(?:^|[^\p{{L}}])(?:{BEFORE})\s+\p{{Lu}}[\p{{Ll}}'’-]"


class PersonalNames(TextCheck):
    """No text names a person, as after a title or "my name is"."""

    severity = "warning"
    problem = "seem|seems to contain the name of a person"
    written_only = True
    passes = {"*": [{"_row": 1, "text": "Telling Mr. and Mrs. that my name is no business of theirs"}]}
    fails = {"*": [{"_row": 1, "text": "Lying to Dr. Ömer Çelik"}, {"_row": 2, "text": "Hi, my name is Jo."}]}

    def matches(self, value: str) -> str:
        """True of a text with a name."""
        return f"regexp_matches({value}, {quote_literal(NAMED)})"

    def describe(self, value: str) -> str:
        """Not the name itself."""
        return quote_literal("seems to name a person")
