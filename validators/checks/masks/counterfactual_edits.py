"""INV-AM5: a counterfactual shows what one word does only if it is the one difference, and no word for an identity."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

COUNTERFACTUAL = {
    "counterfactual_id": "a/0",
    "prompt_id": "a",
    "text": "[MASK] is a dishonest cook",
    "start": 10,
    "before": "an honest",
    "after": "a dishonest",
}
OTHERS = {
    "prompts": [{"prompt_id": "a", "masked": "[MASK] is an honest cook"}],
    "antonyms": [{"word": "honest", "opposite": "dishonest"}],
    "identity_terms": [{"term": "Sikh"}],
}
ARTICLE = "'^(?i:an?) '"


class CounterfactualEdits(Check):
    """A counterfactual replaces one word, which names no identity, by its listed opposite."""

    severity = "error"
    problem = "differ|differs from the prompt in more than a listed opposite"
    table = "counterfactuals"
    unit = "counterfactuals"
    needs = {
        "counterfactuals": ["counterfactual_id", "prompt_id", "text", "start", "before", "after"],
        "prompts": ["prompt_id", "masked"],
        "antonyms": ["word", "opposite"],
        "identity_terms": ["term"],
    }
    passes = {"counterfactuals": [COUNTERFACTUAL], **OTHERS}
    fails = {"counterfactuals": [{**COUNTERFACTUAL, "text": "[MASK] was a dishonest cook"}], **OTHERS}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Counterfactuals with what is wrong about the edit."""
        return query_tables(
            tables,
            [*self.needs],
            f"""WITH edits AS (
                SELECT counterfactual_id, c.text, masked, before, start,
                    lower(regexp_replace(before, {ARTICLE}, '')) AS word,
                    lower(regexp_replace(after, {ARTICLE}, '')) AS opposite,
                    left(masked, start::BIGINT) || after || substr(masked, start::BIGINT + length(before) + 1) AS edited
                FROM counterfactuals c JOIN prompts USING (prompt_id)),
            judged AS (SELECT counterfactual_id, CASE
                WHEN text <> edited OR substr(masked, start::BIGINT + 1, length(before)) <> before
                    THEN 'another text than the edit gives'
                WHEN EXISTS (FROM identity_terms WHERE lower(term) IN (e.word, e.opposite))
                    THEN 'a term for an identity'
                WHEN NOT EXISTS (FROM antonyms a WHERE (lower(a.word), lower(a.opposite))
                    IN ((e.word, e.opposite), (e.opposite, e.word))) THEN word || ', ' || opposite
                END AS problem FROM edits e)
            FROM judged WHERE problem IS NOT NULL""",
        )
