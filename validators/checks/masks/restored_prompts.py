"""INV-AM1: what was masked can be put back only if there is one mask, and nothing else was changed."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

PROMPT = {"prompt_id": "a", "text": "A Sikh cook sings.", "masked": "A [MASK] cook sings.", "term": "Sikh"}


class RestoredPrompts(Check):
    """A prompt has one mask, and putting the term back restores it, byte for byte."""

    severity = "error"
    problem = "are|is not restored by putting the masked term back"
    table = "prompts"
    unit = "prompts"
    needs = {"prompts": ["prompt_id", "text", "masked", "term"]}
    passes = {"prompts": [PROMPT]}
    fails = {"prompts": [{**PROMPT, "masked": "A [MASK] cook sang."}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Prompts with another number of masks, or another text behind it."""
        return query(
            tables["prompts"],
            """SELECT prompt_id, CASE WHEN masks <> 1 THEN masks || ' masks' ELSE 'another text' END AS problem
            FROM (SELECT *, len(string_split(masked, '[MASK]')) - 1 AS masks FROM rows)
            WHERE masks <> 1 OR replace(masked, '[MASK]', term) IS DISTINCT FROM text""",
        )
