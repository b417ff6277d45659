"""A placeholder for a missing value is counted as a value."""

from __future__ import annotations

from ...tables.sql import quote_literal
from .._text_check import TextCheck


class Sentinels(TextCheck):
    """No text is a placeholder for a missing value."""

    severity = "warning"
    problem = "hold|holds a placeholder for a missing value"
    repair = "sentinels"
    auto_repairable = True
    passes = {
        "*": [
            {"_row": 1, "label": "Nothing", "options": ["Some", "None"]},
            {"_row": 2, "label": None, "options": []},
            {"_row": 3, "label": "Nan", "options": []},
        ]
    }
    fails = {"*": [{"_row": 1, "label": "N/A"}, {"_row": 2, "label": "DATA_EXPIRED"}]}

    words: tuple[str, ...] = (
        "nan", "NaN", "NAN", "N/A", "n/a", "#N/A", "<NA>", "NaT", "None", "null", "NULL", "undefined",
        "#REF!", "#VALUE!", "#NAME?", "DATA_EXPIRED", "CONSENT_REVOKED",
    )  # fmt: skip
    """Placeholders, case-sensitive; an answer such as "Prefer not to say" is not one."""
    answers: tuple[str, ...] = ("None",)
    """Words that are an answer, and no placeholder, inside a list of options."""

    def matches(self, value: str) -> str:
        """True for a text that is a placeholder."""
        words = ", ".join(map(quote_literal, self.words))
        return f"strlen({value}) < 20 AND trim({value}) IN ({words})"

    def exempt(self, value: str, path: str) -> str:
        """True for an answer in a list of options."""
        answers = ", ".join(map(quote_literal, self.answers)) or "NULL"
        return f"regexp_matches({path}, '(?i)(options|choices)\\[\\]') AND trim({value}) IN ({answers})"

    def describe(self, value: str) -> str:
        """The placeholder."""
        return value
