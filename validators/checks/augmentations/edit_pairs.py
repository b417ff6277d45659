"""An upgrade that loses, a degradation that wins and a tie under its own question teach the wrong thing."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

EDIT = {"edit_id": "e", "prompt_id": "q", "attribute_id": "q/0", "direction": "up"}
ATTRIBUTE = {"attribute_id": "q/0", "prompt_id": "q"}
PAIR = {"pair_id": "e", "prompt": "Why?", "preferred": "second"}
NEUTRAL = {"pair_id": "e/neutral", "prompt": "When?\nneutral", "preferred": "tie"}
PROMPT = {"prompt_id": "q", "text": "Why?"}
EXAMPLE = {"edits": [EDIT], "attributes": [ATTRIBUTE], "prompts": [PROMPT]}


class EditPairs(Check):
    """The better of parent and child is preferred; ties stand under another prompt."""

    severity = "error"
    problem = "teach|teaches the wrong direction, or a tie under the question that was answered"
    table = "pairs"
    unit = "pairs"
    needs = {
        "pairs": ["pair_id", "prompt", "preferred"],
        "edits": ["edit_id", "prompt_id", "attribute_id", "direction"],
        "attributes": ["attribute_id", "prompt_id"],
        "prompts": ["prompt_id", "text"],
    }
    passes = {**EXAMPLE, "pairs": [PAIR, NEUTRAL]}
    fails = {
        **EXAMPLE,
        "pairs": [
            {**PAIR, "preferred": "first"},
            {**NEUTRAL, "prompt": "Why?\nneutral"},
            {**NEUTRAL, "preferred": "first"},
        ],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Pairs of an edit with a wrong preference or question, or with an attribute of another prompt."""
        return query_tables(
            tables,
            [*self.needs],
            """SELECT pair_id, concat_ws('; ',
                CASE WHEN neutral AND preferred <> 'tie' THEN preferred || ' under an irrelevant question' END,
                CASE WHEN neutral AND norm(split_part(prompt, chr(10), 1)) = norm(split_part(q.text, chr(10), 1))
                    THEN 'under its own question' END,
                CASE WHEN NOT neutral AND preferred <> CASE direction WHEN 'up' THEN 'second' ELSE 'first' END
                    THEN direction || ', and ' || preferred || ' is preferred' END,
                CASE WHEN a.prompt_id IS DISTINCT FROM e.prompt_id THEN 'an attribute of another prompt' END) AS problem
            FROM (SELECT *, ends_with(pair_id, '/neutral') AS neutral,
                regexp_replace(pair_id, '/neutral$', '') AS edit_id FROM pairs) p
            JOIN edits e USING (edit_id) JOIN prompts q ON q.prompt_id = e.prompt_id
            LEFT JOIN attributes a USING (attribute_id) WHERE problem <> ''""",
        )
