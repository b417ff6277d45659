"""A name can lead to a person. Without a list of all names of the world only some can be told by what stands before."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..cells import wrong_texts
from ..check import Check
from ..personal import written
from ..tables import Tables, text

BEFORE = r"(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sir|Herr|Frau|Mme|Sra?)\.?|[Mm]y name is|I am called|[Ii]ch heiße|[Mm]e llamo"
NAME = r"\p{Lu}[\p{Ll}'’-]+"
PATTERN = rf"(?:^|[^\p{{L}}])(?:{BEFORE})\s+{NAME}(?:\s+{NAME})?"

SAID = text("seems to name a person")


class PersonalNames(Check):
    """No text names a person after a title, or after words such as "my name is"."""

    severity = "warning"
    table = "*"
    needs = {"*": []}
    passes = {"*": [{"_row": 1, "text": "Telling Mr. and Mrs. that my name is no business of theirs"}]}
    fails = {"*": [{"_row": 1, "text": "Lying to Dr. Ömer Çelik"}, {"_row": 2, "text": "Hi, my name is Jo."}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cells with a name; it is not shown."""
        named = text(PATTERN)
        return wrong_texts(written(tables["*"]), lambda v: f"regexp_matches({v}, {named})", lambda _: SAID)
