"""An empty response was lost, or the model gave none; either way it is compared like an answer."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class EmptyResponses(Check):
    """No response of a pair is empty."""

    severity = "warning"
    problem = "are|is empty"
    table = "pairs"
    unit = "responses"
    needs = {"pairs": ["pair_id", "first", "second"]}
    passes = {"pairs": [{"pair_id": "1", "first": "a", "second": "b"}]}
    fails = {"pairs": [{"pair_id": "1", "first": "", "second": "b"}, {"pair_id": "2", "first": "a", "second": None}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Responses that are null, empty or white space."""
        return query(
            tables["pairs"],
            r"""SELECT pair_id, side.side, 'empty' AS problem FROM (SELECT pair_id, unnest([
                {'side': 'first', 'response': first}, {'side': 'second', 'response': second}]) AS side FROM rows)
            WHERE NOT coalesce(regexp_matches(side.response, '[^\s\p{Z}]'), false)""",
        )
