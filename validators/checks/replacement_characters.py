"""U+FFFD stands where a decoder gave up: what was there is lost."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..cells import around, wrong_texts
from ..check import Check
from ..tables import Tables

LOST = "\ufffd"


class ReplacementCharacters(Check):
    """No text has the replacement character U+FFFD."""

    severity = "warning"
    table = "*"
    needs = {"*": []}
    passes = {"*": [{"_row": 1, "text": "the parrot’s cage"}, {"_row": 2, "text": None}]}
    fails = {"*": [{"_row": 1, "text": "the parrot\ufffd\ufffd\ufffds cage"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cells with it, and the words around it."""
        return wrong_texts(tables["*"], lambda v: f"contains({v}, '{LOST}')", lambda v: around(v, LOST))
