"""A preference between responses with nearly equal scores is close to a coin toss."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check


class WeakPairs(Check):
    """The scores of two responses are clearly apart, unless the pair is a tie."""

    severity = "info"
    problem = "have|has a preference although the scores are nearly equal"
    table = "pairs"
    unit = "pairs"
    needs = {"pairs": ["pair_id", "preferred", "first_score", "second_score"]}
    passes = {"pairs": [{"pair_id": "1", "preferred": "first", "first_score": 0.9, "second_score": 0.2}]}
    fails = {"pairs": [{"pair_id": "1", "preferred": "first", "first_score": 0.9, "second_score": 0.88}]}

    min_gap: Annotated[float, Field(gt=0)] = 0.05
    """Minimum difference of the scores, in the units of the scores."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Pairs with a preference and a smaller difference of the scores."""
        return query(
            tables["pairs"],
            f"""SELECT pair_id, 'scores ' || round(first_score, 4) || ' and ' || round(second_score, 4) AS problem
            FROM rows WHERE preferred IN ('first', 'second')
                AND round(abs(first_score - second_score), 12) < {self.min_gap}""",
        )
