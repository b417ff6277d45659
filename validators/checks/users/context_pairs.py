"""Context that holds the pair to predict, or the choices of another user, gives the answer away or misleads."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

LABELS = [
    {"label_id": "1", "comparison_id": "asked", "user_id": "kind", "preferred": "first", "surveyed": False},
    {"label_id": "2", "comparison_id": "shown", "user_id": "kind", "preferred": "second", "surveyed": True},
]
SHOWN = {"comparison_id": "shown", "preferred": "second"}


class ContextPairs(Check):
    """Context is made of pairs of the survey with what this user prefers, never of the pair to predict."""

    severity = "error"
    problem = "have|has context that is not from the survey of this user"
    table = "contexts"
    unit = "contexts"
    needs = {
        "contexts": ["label_id", "pairs", "length"],
        "labels": ["label_id", "comparison_id", "user_id", "preferred", "surveyed"],
    }
    passes = {"labels": LABELS, "contexts": [{"label_id": "1", "pairs": [SHOWN], "length": 1}]}
    fails = {
        "labels": LABELS,
        "contexts": [
            {"label_id": "1", "pairs": [{**SHOWN, "preferred": "first"}], "length": 1},
            {"label_id": "1", "pairs": [{"comparison_id": "asked", "preferred": "first"}], "length": 2},
        ],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Contexts with a pair that is asked for, not surveyed or labelled otherwise, or of another length."""
        return query_tables(
            tables,
            [*self.needs],
            """WITH shown AS (
                SELECT c.label_id, c.length, len(c.pairs) AS pairs, l.user_id, l.comparison_id AS asked,
                    unnest(c.pairs) AS pair FROM contexts c JOIN labels l USING (label_id))
            SELECT s.label_id, string_agg(DISTINCT concat_ws('; ',
                CASE WHEN pair.comparison_id = asked THEN 'holds the pair to predict' END,
                CASE WHEN NOT coalesce(l.surveyed, false) THEN pair.comparison_id || ' is not in the survey' END,
                CASE WHEN l.preferred <> pair.preferred THEN pair.comparison_id || ' is labelled ' || l.preferred END,
                CASE WHEN s.pairs <> s.length THEN s.pairs || ' pairs, length ' || s.length END), '; ') AS problem
            FROM shown s LEFT JOIN labels l ON l.comparison_id = pair.comparison_id AND l.user_id = s.user_id
            GROUP BY s.label_id HAVING max(pair.comparison_id = asked OR NOT coalesce(l.surveyed, false)
                OR l.preferred <> pair.preferred OR s.pairs <> s.length)""",
        )
