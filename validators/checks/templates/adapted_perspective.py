"""INV-ST5: an adaptation that keeps the person or names nothing of its domain tests nothing new."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

PERSONS = {"first": r"\b(?:i|me|my|mine|we|our|us)\b", "second": r"\b(?:you|your|yours)\b"}
"""Perspective -> regular expression of its pronouns in English; the third person has neither."""
CELLS = [{"domain": "medicine", "perspective": each, "words": ["nurse"]} for each in ("first", "third")]
ADAPTATION = {"adaptation_id": "a", "domain": "medicine", "perspective": "first"}


class AdaptedPerspective(Check):
    """An adaptation has the pronouns of its perspective alone, and a word of its domain."""

    severity = "warning"
    problem = "do|does not show its person or domain"
    table = "adaptations"
    unit = "adaptations"
    needs = {
        "adaptations": ["adaptation_id", "domain", "perspective", "text"],
        "design_cells": ["domain", "perspective", "words"],
    }
    passes = {
        "adaptations": [
            {**ADAPTATION, "text": "I am a nurse with {n} beds."},
            {**ADAPTATION, "adaptation_id": "b", "perspective": "third", "text": "Ana asks the Nurses for {n} pills."},
        ],
        "design_cells": CELLS,
    }
    fails = {
        "adaptations": [
            {**ADAPTATION, "text": "You are a nurse."},
            {**ADAPTATION, "adaptation_id": "b", "perspective": "third", "text": "Ana sells {n} cups."},
        ],
        "design_cells": CELLS,
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Adaptations with what is missing, or which other person speaks."""
        first, second = PERSONS["first"], PERSONS["second"]
        return query_tables(
            tables,
            [*self.needs],
            rf"""WITH found AS (
                SELECT adaptation_id, domain, perspective, words::VARCHAR[] AS words, lower(text) AS text,
                    regexp_matches(lower(text), '{first}') AS is_first,
                    regexp_matches(lower(text), '{second}') AS is_second
                FROM adaptations JOIN design_cells USING (domain, perspective)),
            judged AS (SELECT adaptation_id, concat_ws('; ',
                CASE WHEN is_first <> (perspective = 'first') OR is_second <> (perspective = 'second')
                    THEN 'not in the ' || perspective || ' person' END,
                CASE WHEN len(words) > 0 AND len(list_filter(words, lambda w:
                    regexp_matches(text, '\b' || regexp_escape(lower(w))))) = 0 THEN 'no word of ' || domain END)
                AS problem FROM found)
            FROM judged WHERE problem <> ''""",
        )
