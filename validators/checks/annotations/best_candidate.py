"""In best-of-n sampling, the selected candidate is the one with the best score."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

CANDIDATE = {"item_table": "situations", "item_id": "a", "score": 0.5}


class BestCandidate(Check):
    """The selected candidate of an item is the one with the highest score, the first in a tie."""

    severity = "error"
    problem = "do|does not have the best candidate selected"
    table = "candidates"
    unit = "items"
    per = ("item_table", "item_id")
    needs = {"candidates": ["item_table", "item_id", "sample", "score", "selected"]}
    passes = {
        "candidates": [
            CANDIDATE | {"sample": 0, "selected": True},
            CANDIDATE | {"sample": 1, "selected": False},
            CANDIDATE | {"sample": 2, "selected": False, "score": None},
        ]
    }
    fails = {"candidates": [CANDIDATE | {"sample": 0, "selected": False}, CANDIDATE | {"sample": 1, "selected": True}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items for which another candidate, several or none is selected."""
        return query(
            tables["candidates"],
            """SELECT item_table, item_id,
                'selected: ' || coalesce(nullif(list(sample) FILTER (selected)::VARCHAR, '[]'), 'none') || ', best: '
                || coalesce(arg_min(sample, sample) FILTER (score = highest)::VARCHAR, 'none') AS problem
            FROM (SELECT *, max(score) OVER (PARTITION BY item_table, item_id) AS highest FROM rows)
            GROUP BY item_table, item_id
            HAVING list(sample) FILTER (selected) IS DISTINCT FROM [min(sample) FILTER (score = highest)]""",
        )
