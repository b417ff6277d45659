"""One annotator who prefers a and then b has made an error; two annotators merely disagree."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

PAIR = {"prompt": "p", "first": "a", "second": "b"}
SWAPPED = {"prompt": "p", "first": "b", "second": "a"}


class ConflictingPairs(Check):
    """An annotator prefers the same response whenever a pair is repeated."""

    severity = "warning"
    problem = "have|has contradictory preferences"
    table = "pairs"
    unit = "repeated pairs"
    needs = {"pairs": ["pair_id", "prompt", "first", "second", "preferred"]}
    may_use = {"pairs": ["annotator_id"]}
    passes = {
        "pairs": [
            {**PAIR, "pair_id": "1", "preferred": "first", "annotator_id": "x"},
            {**SWAPPED, "pair_id": "2", "preferred": "second", "annotator_id": "x"},
            {**PAIR, "pair_id": "3", "preferred": "second", "annotator_id": "y"},
        ]
    }
    fails = {
        "pairs": [
            {**PAIR, "pair_id": "1", "preferred": "first"},
            {**SWAPPED, "pair_id": "2", "preferred": "first"},
        ]
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row per group of equal pairs with several preferences; null is no preference."""
        who = "annotator_id" if "annotator_id" in tables["pairs"].columns else "NULL"
        return query(
            tables["pairs"],
            f"""SELECT min(pair_id) AS pair_id, count(*) || ' times, preferred: ' ||
                string_agg(DISTINCT winner, ', ' ORDER BY winner) AS problem
            FROM (SELECT pair_id, hash(prompt, least(first, second), greatest(first, second), {who}) AS pair,
                CASE WHEN preferred = 'tie' THEN 'neither' WHEN (preferred = 'first') = (first < second)
                    THEN 'one' ELSE 'the other' END AS winner
                FROM rows WHERE preferred IS NOT NULL AND first <> second)
            GROUP BY pair HAVING count(DISTINCT winner) > 1""",
        )
