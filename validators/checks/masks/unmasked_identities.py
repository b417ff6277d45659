"""INV-AM2: a second word for an identity gives away what the mask hides."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

TERMS = [{"language": "en", "term": "Sikh"}, {"language": "hi", "term": "सिख"}]
PROMPT = {"prompt_id": "a", "language": "en"}
EDGE = r"[^\p{L}\p{M}\p{N}]"
"""What is part of no word, in any script."""


class UnmaskedIdentities(Check):
    """No term of the lexicon is left in a masked prompt or its translation."""

    severity = "error"
    problem = "have|has a term for an identity beside the mask"
    table = "prompts"
    unit = "texts"
    needs = {
        "prompts": ["prompt_id", "language", "masked"],
        "translations": ["prompt_id", "language", "masked"],
        "identity_terms": ["language", "term"],
    }
    passes = {
        "prompts": [{**PROMPT, "masked": "A [MASK] of the Sikhote valley"}],
        "translations": [{**PROMPT, "language": "hi", "masked": "सिखाना [MASK]"}],
        "identity_terms": TERMS,
    }
    fails = {
        "prompts": [{**PROMPT, "masked": "A [MASK] and a sikh."}],
        "translations": [{**PROMPT, "language": "hi", "masked": "[MASK] सिख"}],
        "identity_terms": TERMS,
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Prompts by their language, with the term that is left."""
        return query_tables(
            tables,
            [*self.needs],
            rf"""WITH patterns AS (
                SELECT language, '(?i)(?:^|{EDGE})(' || string_agg(regexp_escape(term), '|') || ')(?:$|{EDGE})' AS terms
                FROM identity_terms GROUP BY language),
            texts AS (SELECT prompt_id, language, masked FROM prompts
                UNION ALL SELECT prompt_id, language, masked FROM translations)
            SELECT prompt_id, language, regexp_extract(masked, terms, 1) AS problem
            FROM texts JOIN patterns USING (language) WHERE regexp_matches(masked, terms)""",
        )
