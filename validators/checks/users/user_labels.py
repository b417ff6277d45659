"""UltraFeedback-P states three things that its labels imply: they must agree with the labels."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

LABEL = {"comparison_id": "c", "original": "first", "controversial": True}
KIND = {**LABEL, "label_id": "1", "user_id": "kind", "preferred": "first", "reversed": False}
HONEST = {**LABEL, "label_id": "2", "user_id": "honest", "preferred": "second", "reversed": True}


class UserLabels(Check):
    """A pair has one label for each user, and `reversed` and `controversial` follow from them."""

    severity = "error"
    problem = "contradict|contradicts the other labels of their pair"
    table = "labels"
    unit = "labels"
    needs = {
        "labels": ["label_id", "comparison_id", "user_id", "preferred", "original", "reversed", "controversial"],
    }
    passes = {"labels": [KIND, HONEST]}
    fails = {
        "labels": [{**KIND, "controversial": False}, {**HONEST, "reversed": False}, {**HONEST, "label_id": "3"}],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Labels that are repeated for a user, or whose `reversed` or `controversial` does not recompute."""
        return query(
            tables["labels"],
            """SELECT label_id, concat_ws('; ',
                CASE WHEN count(*) OVER (PARTITION BY comparison_id, user_id) > 1 THEN 'repeated for the user' END,
                CASE WHEN reversed IS DISTINCT FROM (preferred <> original) THEN 'reversed: ' || reversed END,
                CASE WHEN controversial IS DISTINCT FROM coalesce(min(preferred) OVER pair <> max(preferred) OVER pair,
                    false) THEN 'controversial: ' || controversial END) AS problem
            FROM rows WINDOW pair AS (PARTITION BY comparison_id) QUALIFY problem <> ''""",
        )
