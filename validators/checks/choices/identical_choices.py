"""Two options that say the same are one option, and the right one may be wrong beside its twin."""

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
        """Items with the options that they have more than once; blank options are another check."""
        return query(
            tables["choices"],
            """SELECT item_id, count(*) || ' options are: ' || left(min(text), 100) AS problem FROM rows
            WHERE trim(text) <> '' GROUP BY item_id, trim(text) HAVING count(*) > 1""",
        )
