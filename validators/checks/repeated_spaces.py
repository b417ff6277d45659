"""Two spaces inside a sentence are a trace of cutting or joining; code and tables have them by right."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..cells import around, wrong_texts
from ..check import Check
from ..tables import Tables
from ..words import in_prose

TWICE = r"\p{L},?  +\p{L}"
"""Between words; after a full stop two spaces are an old custom."""


class RepeatedSpaces(Check):
    """No two words have more than one space between them."""

    severity = "info"
    table = "*"
    needs = {"*": []}
    repair = "white_space"
    passes = {"*": [{"_row": 1, "text": "One.  Two.\n    three"}]}
    fails = {"*": [{"_row": 1, "text": "not  wanting to"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cells with it, and the words around it."""
        return wrong_texts(tables["*"], _twice, lambda v: around(v, TWICE))


def _twice(value: str) -> str:
    return f"contains({value}, '  ') AND {in_prose(value, TWICE)}"
