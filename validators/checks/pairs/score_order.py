"""A preference for the response with the lower score was inverted, or does not come from the scores."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class ScoreOrder(Check):
    """The preferred response of a pair does not have the lower score."""

    severity = "warning"
    problem = "prefer|prefers the response with the lower score"
    table = "pairs"
    unit = "pairs"
    needs = {"pairs": ["pair_id", "preferred", "first_score", "second_score"]}
    passes = {"pairs": [{"pair_id": "1", "preferred": "first", "first_score": 0.9, "second_score": 0.9}]}
    fails = {"pairs": [{"pair_id": "1", "preferred": "second", "first_score": 0.9, "second_score": 0.2}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Pairs whose preferred response has the lower score."""
        return query(
            tables["pairs"],
            """SELECT pair_id, preferred || ' is preferred with scores ' || first_score || ' and ' || second_score
                AS problem FROM rows WHERE (preferred = 'first' AND first_score < second_score)
                OR (preferred = 'second' AND second_score < first_score)""",
        )
