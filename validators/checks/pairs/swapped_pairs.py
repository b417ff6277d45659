"""Swapped responses are either a control for position bias or a hidden duplicate."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

PAIR = {"prompt": "p", "first": "a", "second": "b"}


class SwappedPairs(Check):
    """No pair is repeated with its responses swapped."""

    severity = "info"
    problem = "repeat|repeats an earlier pair with the responses swapped"
    table = "pairs"
    unit = "pairs"
    needs = {"pairs": ["pair_id", "prompt", "first", "second"]}
    passes = {"pairs": [{**PAIR, "pair_id": "1"}, {**PAIR, "pair_id": "2", "prompt": "q"}]}
    fails = {"pairs": [{**PAIR, "pair_id": "1"}, {"pair_id": "2", "prompt": "p", "first": "b", "second": "a"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Pairs that repeat an earlier one with the responses swapped."""
        return query(
            tables["pairs"],
            """WITH hashed AS (SELECT pair_id, hash(prompt, first, second) AS one, hash(prompt, second, first) AS other
                FROM rows WHERE first <> second)
            SELECT pair_id, 'swaps ' || earliest AS problem FROM hashed
            JOIN (SELECT one, min(pair_id) AS earliest FROM hashed GROUP BY one) AS known ON known.one = hashed.other
            WHERE earliest < pair_id""",
        )
