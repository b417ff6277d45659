"""INV-KE4: places that a letter leaves open are a feature of its style only if they are counted."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ....schemas.rows.letters import PLACEHOLDER
from ...tables.sql import Tables, query, quote_literal
from .. import Check

LETTER = {"letter_id": "a", "text": "She is kind. Yours, [Your Name]"}


class CountedPlaceholders(Check):
    """A letter says how many placeholders it has."""

    severity = "error"
    problem = "have|has another number of placeholders than it says"
    table = "letters"
    unit = "letters"
    needs = {"letters": ["letter_id", "text", "placeholders"]}
    passes = {"letters": [{**LETTER, "placeholders": 1}]}
    fails = {"letters": [{**LETTER, "placeholders": 0}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Letters with their placeholders."""
        return query(
            tables["letters"],
            f"""SELECT letter_id, len(open) || ': ' || array_to_string(open, ', ') AS problem
            FROM (SELECT *, regexp_extract_all(text, {quote_literal(PLACEHOLDER)}) AS open FROM rows)
            WHERE len(open) <> placeholders""",
        )
