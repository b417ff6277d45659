"""A critique that quotes what the response does not say criticises another one."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check, Example

EXAMPLE: Example = {"responses": [{"response_id": "r", "text": "A spider has six legs."}]}


class CritiqueQuote(Check):
    """The point of a critique is quoted from the response."""

    severity = "warning"
    problem = "quote|quotes what the response does not say"
    table = "critiques"
    unit = "critiques"
    needs = {"critiques": ["critique_id", "response_id", "point"], "responses": ["response_id", "text"]}
    passes = {**EXAMPLE, "critiques": [{"critique_id": "c", "response_id": "r", "point": "six legs"}]}
    fails = {**EXAMPLE, "critiques": [{"critique_id": "c", "response_id": "r", "point": "eight legs"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Critiques with the words that the response lacks; case, spaces and final punctuation do not matter."""
        return query_tables(
            tables,
            [*self.needs],
            """SELECT critique_id, point AS problem FROM critiques JOIN responses r USING (response_id)
            WHERE norm(point) <> '' AND NOT contains(norm(r.text), norm(point))""",
        )
