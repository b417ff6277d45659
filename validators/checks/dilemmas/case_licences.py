"""INV-CL7: a licence on a compilation does not settle the rights in the texts that it was compiled from."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class CaseLicences(Check):
    """A case says under which licence its text is."""

    severity = "info"
    problem = "do|does not say under which licence the text is"
    table = "cases"
    unit = "cases"
    needs = {"cases": ["case_id", "source", "licence"]}
    passes = {"cases": [{"case_id": "a", "source": "s", "licence": "cc0-1.0"}]}
    fails = {"cases": [{"case_id": "a", "source": "s", "licence": None}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cases with their source."""
        return query(tables["cases"], "SELECT case_id, source AS problem FROM rows WHERE licence IS NULL")
