"""A preference for an empty response points to a lost text."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class EmptyPreferred(Check):
    """The preferred response of a pair is not empty."""

    severity = "error"
    problem = "have|has an empty preferred response"
    table = "pairs"
    unit = "pairs"
    needs = {"pairs": ["pair_id", "first", "second", "preferred"]}
    passes = {
        "pairs": [
            {"pair_id": "1", "first": "", "second": "b", "preferred": "second"},
            {"pair_id": "2", "first": "", "second": "b", "preferred": "tie"},
        ]
    }
    fails = {"pairs": [{"pair_id": "1", "first": " ", "second": "b", "preferred": "first"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Pairs whose preferred response is null, empty or white space."""
        return query(
            tables["pairs"],
            r"""SELECT pair_id, 'the ' || preferred || ' response is preferred and empty' AS problem FROM rows
            WHERE preferred IN ('first', 'second') AND NOT coalesce(regexp_matches(
                CASE preferred WHEN 'first' THEN first ELSE second END, '[^\s\p{Z}]'), false)""",
        )
