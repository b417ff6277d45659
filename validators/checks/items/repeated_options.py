"""The answers to a repeated option are split between its copies."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

SHARE = {"item_id": "1", "group_id": "Peru", "option": "a"}


class RepeatedOptions(Check):
    """No distribution lists an option more than once."""

    severity = "error"
    problem = "occur|occurs more than once in a distribution"
    table = "distributions"
    unit = "options"
    per = ("item_id", "group_id", "option")
    needs = {"distributions": ["item_id", "group_id", "option"]}
    passes = {"distributions": [SHARE, {**SHARE, "option": "b"}, {**SHARE, "group_id": "Fiji"}]}
    fails = {"distributions": [SHARE, SHARE]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Repeated options, with the number of repeats."""
        return query(
            tables["distributions"],
            """SELECT item_id, group_id, option, count(*) || ' times' AS problem FROM rows
            GROUP BY item_id, group_id, option HAVING count(*) > 1""",
        )
