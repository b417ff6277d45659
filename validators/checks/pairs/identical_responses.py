"""There is nothing to choose between two identical responses."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class IdenticalResponses(Check):
    """The two responses of a pair differ."""

    severity = "error"
    problem = "have|has two identical responses"
    table = "pairs"
    unit = "pairs"
    needs = {"pairs": ["pair_id", "first", "second"]}
    passes = {
        "pairs": [{"pair_id": "1", "first": "Yes.", "second": "yes"}, {"pair_id": "2", "first": "", "second": ""}]
    }
    fails = {"pairs": [{"pair_id": "1", "first": "Yes.", "second": "Yes."}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Pairs with identical responses; `empty_responses` covers empty ones."""
        return query(
            tables["pairs"],
            """SELECT pair_id, 'both responses are: ' || left(first, 100) AS problem
            FROM rows WHERE first = second AND trim(first) <> ''""",
        )
