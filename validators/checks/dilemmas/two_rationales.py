"""INV-CL1: without a reason for each verdict, characters have nothing to weigh."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

FOR = {"case_id": "a", "verdict": "acceptable", "text": "loyalty to a friend"}


class TwoRationales(Check):
    """A case has a reason for each verdict, and they differ."""

    severity = "error"
    problem = "do|does not have a different reason for each verdict"
    table = "rationales"
    unit = "cases"
    per = ("case_id",)
    needs = {"rationales": ["case_id", "verdict", "text"]}
    passes = {"rationales": [FOR, {**FOR, "verdict": "unacceptable", "text": "honesty at work"}]}
    fails = {"rationales": [FOR, {**FOR, "verdict": "unacceptable"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cases with their reasons."""
        return query(
            tables["rationales"],
            """SELECT case_id, string_agg(verdict || ': ' || text, '; ' ORDER BY verdict) AS problem FROM rows
            GROUP BY case_id HAVING count(DISTINCT verdict) < 2 OR count(DISTINCT norm(text)) < 2""",
        )
