"""A blank choice cannot be chosen."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class BlankChoices(Check):
    """No choice is blank."""

    severity = "error"
    problem = "are|is blank"
    table = "choices"
    unit = "choices"
    needs = {"choices": ["item_id", "position", "text"]}
    passes = {"choices": [{"item_id": "1", "position": 1, "text": "A"}]}
    fails = {"choices": [{"item_id": "1", "position": 1, "text": None}, {"item_id": "1", "position": 2, "text": " "}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Choices that are null, empty or white space."""
        return query(
            tables["choices"],
            r"""SELECT item_id, position, 'blank' AS problem FROM rows
            WHERE NOT coalesce(regexp_matches(text, '[^\s\p{Z}]'), false)""",
        )
