"""An annotator who gives every item the same label may be careless, or may mean it: hence only info."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check

SAID = {"annotator_id": "x", "aspect": "harm", "label": None}
OTHER = SAID | {"annotator_id": "y", "score": 5.0}


class StraightLining(Check):
    """An annotator uses more than one label for an aspect, if others do."""

    severity = "info"
    problem = "consist|consists of a single label"
    table = "annotations"
    unit = "answer sets"
    per = ("annotator_id", "aspect")
    needs = {"annotations": ["annotator_id", "aspect", "label", "score"]}
    passes = {"annotations": [*[SAID | {"score": float(n % 2)} for n in range(12)], OTHER]}
    fails = {"annotations": [*[SAID | {"score": 1.0} for _ in range(12)], OTHER]}

    min_annotations: Annotated[int, Field(ge=2)] = 10
    """Answer sets with fewer annotations are not checked."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Annotators and aspects with a single label, where the aspect has others."""
        return query(
            tables["annotations"],
            f"""WITH given AS (
                SELECT annotator_id, aspect, coalesce(label::VARCHAR, score::VARCHAR) AS answer FROM rows
            ), differs AS (SELECT aspect FROM given GROUP BY aspect HAVING count(DISTINCT answer) > 1)
            SELECT annotator_id, aspect, count(*) || ' times ' || any_value(answer) AS problem
            FROM given WHERE answer IS NOT NULL AND annotator_id IS NOT NULL AND aspect IN (SELECT aspect FROM differs)
            GROUP BY annotator_id, aspect HAVING count(*) >= {self.min_annotations} AND count(DISTINCT answer) = 1""",
        )
