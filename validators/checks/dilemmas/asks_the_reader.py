"""INV-DD11: a dilemma speaks to its reader and ends by asking what to do."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query, quote_literal
from .. import Check

YOU = r"(?i)\b(you|your|yours|yourself)\b"


class AsksTheReader(Check):
    """A dilemma is in the second person and ends with a question mark."""

    severity = "warning"
    problem = "do|does not ask the reader what to do"
    table = "dilemmas"
    unit = "dilemmas"
    needs = {"dilemmas": ["dilemma_id", "text", "situation"]}
    passes = {"dilemmas": [{"dilemma_id": "a", "text": "You see it. Do you tell her?", "situation": "seeing it"}]}
    fails = {"dilemmas": [{"dilemma_id": "a", "text": "John sees it. Does he tell?>", "situation": "seeing it"}]}

    second_person: str = YOU
    """Regular expression that a dilemma in the second person matches; the default is English."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Dilemmas that end otherwise or are not in the second person."""
        return query(
            tables["dilemmas"],
            f"""SELECT dilemma_id, concat_ws('; ',
                CASE WHEN NOT regexp_matches(trim(text), '[?？؟]["”’)]*$')
                    THEN 'ends with ' || right(trim(text), 12) END,
                CASE WHEN NOT regexp_matches(text, {quote_literal(self.second_person)})
                    THEN 'not in the second person' END) AS problem FROM rows WHERE problem <> ''""",
        )
