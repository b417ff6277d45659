"""A response that quotes its criterion is recognised by its words, not by what it says."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query_tables
from .. import Check

CRITERION = {"criterion_id": "p/x", "prompt_id": "p", "text": "Takes a wish for adventure seriously."}


class CriterionLeak(Check):
    """No response, scenario or profile quotes a criterion of its prompt."""

    severity = "error"
    problem = "quote|quotes a criterion"
    table = "criteria"
    unit = "texts"
    needs = {
        "criteria": ["criterion_id", "prompt_id", "text", "scenario"],
        "responses": ["response_id", "prompt_id", "text"],
        "profiles": ["profile_id", "criterion_id", "text"],
    }
    passes = {
        "criteria": [{**CRITERION, "scenario": "Somebody has read of the sea."}],
        "responses": [{"response_id": "p/0", "prompt_id": "p", "text": "Go, the sea will not wait for you."}],
        "profiles": [{"profile_id": "1", "criterion_id": "p/x", "text": "A sailor."}],
    }
    fails = {
        **passes,
        "responses": [{"response_id": "p/0", "prompt_id": "p", "text": "Go: a wish for adventure counts."}],
    }

    words: Annotated[int, Field(ge=2)] = 4
    """Words in a row that make a quotation; a criterion with fewer is looked for as a whole."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Texts with the words that they quote."""
        return query_tables(tables, [*self.needs], QUOTED.format(n=self.words))


QUOTED = r"""
WITH words AS (
    SELECT criterion_id, prompt_id, regexp_extract_all(norm("text"), '[\w'']+') AS words FROM criteria),
runs AS (
    SELECT criterion_id, prompt_id, unnest(list_transform(range(1, greatest(2, len(words) - {n} + 2)),
        lambda n: array_to_string(list_slice(words, n, n + {n} - 1), ' '))) AS run
    FROM words WHERE len(words) > 0),
texts AS (
    SELECT 'responses' AS in_table, response_id AS key, c.criterion_id, r.text
    FROM responses r JOIN criteria c USING (prompt_id)
    UNION ALL SELECT 'criteria', criterion_id, criterion_id, scenario FROM criteria WHERE scenario IS NOT NULL
    UNION ALL SELECT 'profiles', profile_id, criterion_id, "text" FROM profiles)
SELECT in_table, key, 'quotes: ' || min(run) AS problem
FROM texts JOIN runs USING (criterion_id)
WHERE contains(' ' || array_to_string(regexp_extract_all(norm("text"), '[\w'']+'), ' ') || ' ', ' ' || run || ' ')
GROUP BY in_table, key
"""
