"""Of two identical choices one may be marked correct and the other not."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class IdenticalChoices(Check):
    """The choices of an item differ by more than white space."""

    severity = "error"
    problem = "have|has identical choices"
    table = "choices"
    unit = "items"
    per = ("item_id",)
    needs = {"choices": ["item_id", "text"]}
    passes = {
        "choices": [{"item_id": "1", "text": "Stay"}, {"item_id": "1", "text": "Go"}, {"item_id": "2", "text": "Go"}]
    }
    fails = {"choices": [{"item_id": "1", "text": "I stay."}, {"item_id": "1", "text": "I stay. "}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items with their repeated choices; `blank_choices` covers blank ones."""
        return query(
            tables["choices"],
            """SELECT item_id, count(*) || ' choices are: ' || left(min(text), 100) AS problem FROM rows
            WHERE trim(text) <> '' GROUP BY item_id, trim(text) HAVING count(*) > 1""",
        )
