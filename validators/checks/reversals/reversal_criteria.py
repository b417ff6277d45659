"""Two criteria that say the same cannot reverse a preference."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check


class ReversalCriteria(Check):
    """The two criteria of a reversal are not the same and do not share most of their words."""

    severity = "error"
    problem = "have|has two criteria that say nearly the same"
    table = "criteria"
    unit = "prompts"
    per = ("prompt_id",)
    needs = {"criteria": ["prompt_id", "side", "text"]}
    passes = {
        "criteria": [
            {"prompt_id": "p", "side": "x", "text": "Is short and clear."},
            {"prompt_id": "p", "side": "y", "text": "Explains every step of the way."},
        ]
    }
    fails = {
        "criteria": [
            {"prompt_id": "p", "side": "x", "text": "Is short and clear."},
            {"prompt_id": "p", "side": "y", "text": "is clear and short"},
        ]
    }

    similarity: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Share of the words of both that they have in common (Jaccard) from which they say the same; ours."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Prompts with both criteria."""
        return query(
            tables["criteria"],
            rf"""WITH sides AS (
                SELECT *, list_distinct(regexp_extract_all(norm("text"), '\w+')) AS words FROM rows)
            SELECT prompt_id, x.text || ' / ' || y.text AS problem
            FROM sides x JOIN sides y USING (prompt_id) WHERE x.side = 'x' AND y.side = 'y'
            AND (norm(x.text) = norm(y.text) OR len(list_intersect(x.words, y.words))
                >= {self.similarity} * len(list_distinct(list_concat(x.words, y.words))))""",
        )
