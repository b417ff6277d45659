"""INV-DE4: pronouns, verbs, articles and ages that do not agree give the attribute away, and read as mistakes."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query, quote_literal
from .. import Check

WRONG = (
    r"(?i)\bthey (?:is|was|has|does|goes|isn't|hasn't|doesn't)\b",
    r"(?i)\b(?:he|she) (?:are|were|have|do|go)\b",
    r"(?i)\ba (?:8\d*|11|18)\b",
    r"(?i)\ban (?:[1-79]\d?|10|1[2-79])\b",
    r"(?i)\ba (?:[aei]|o[^n]|hour|honest|heir)",
    r"(?i)\ban (?:[bcdfgjklmnpqrstvwyz])",
    r"\{\w+\}",
)
"""Disagreements of English that need no parser; an article before u, h, one and eu is not judged."""


class GrammarOfSlots(Check):
    """Pronouns, verbs and articles of a decision agree."""

    severity = "warning"
    problem = "have|has a pronoun, verb or article that does not agree"
    table = "decisions"
    unit = "decisions"
    needs = {"decisions": ["decision_id", "text"]}
    passes = {"decisions": [{"decision_id": "a", "text": "An 80-year-old says they are a user."}]}
    fails = {"decisions": [{"decision_id": "a", "text": "A 80-year-old says they has a idea."}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Decisions with the first words that do not agree."""
        exceptions = r"\ba (?:eu|ewe|one)"
        found = ", ".join(
            f"nullif(regexp_extract(regexp_replace(text, {quote_literal('(?i)' + exceptions)}, '', 'g'), "
            f"{quote_literal(pattern)}), '')"
            for pattern in WRONG
        )
        chosen = f"SELECT decision_id, coalesce({found}) AS problem FROM rows WHERE problem IS NOT NULL"
        return query(tables["decisions"], chosen)
