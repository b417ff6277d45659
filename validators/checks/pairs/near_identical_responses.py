"""Responses that differ only in case, white space or final punctuation teach nothing else."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class NearIdenticalResponses(Check):
    """The responses of a pair differ by more than case, white space and final punctuation."""

    severity = "warning"
    problem = "have|has responses that differ only in case, white space or final punctuation"
    table = "pairs"
    unit = "pairs"
    needs = {"pairs": ["pair_id", "first", "second"]}
    passes = {
        "pairs": [{"pair_id": "1", "first": "Yes", "second": "No"}, {"pair_id": "2", "first": "a", "second": "a"}]
    }
    fails = {"pairs": [{"pair_id": "1", "first": "Yes.", "second": "yes"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Pairs whose responses differ but are equal after normalisation."""
        return query(
            tables["pairs"],
            """SELECT pair_id, 'both responses are: ' || left(first, 100) AS problem
            FROM rows WHERE first <> second AND norm(first) = norm(second) AND norm(first) <> ''""",
        )
