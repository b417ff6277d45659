"""A word that stands for nothing is counted as a value by everybody who does not know it."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..cells import wrong_texts
from ..check import Check
from ..tables import Tables, text


class Sentinels(Check):
    """No text is a word for a missing value."""

    severity = "warning"
    table = "*"
    needs = {"*": []}
    repair = "sentinels"
    passes = {"*": [{"_row": 1, "label": "Nothing"}, {"_row": 2, "label": None}, {"_row": 3, "label": "Nan"}]}
    fails = {"*": [{"_row": 1, "label": "N/A"}, {"_row": 2, "label": "DATA_EXPIRED"}]}

    words: tuple[str, ...] = (
        "nan", "NaN", "NAN", "N/A", "n/a", "#N/A", "<NA>", "NaT", "None", "null", "NULL", "undefined",
        "#REF!", "#VALUE!", "#NAME?", "DATA_EXPIRED", "CONSENT_REVOKED",
    )  # fmt: skip
    """The words, in the case in which they are written; answers such as "Prefer not to say" are answers."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cells with the word."""
        words = ", ".join(map(text, self.words))
        return wrong_texts(tables["*"], lambda v: f"strlen({v}) < 20 AND trim({v}) IN ({words})", lambda v: v)
