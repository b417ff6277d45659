"""A reply of one word answers nothing."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from pluriset.validators.checks import Check
from pluriset.validators.tables.sql import Tables, query


class ShortReplies(Check):
    """A reply has more than one word."""

    severity = "warning"
    problem = "have|has only one word"
    unit = "replies"
    table = "replies"
    needs = {"replies": ["reply_id", "text"]}
    passes = {"replies": [{"reply_id": "a", "text": "Ask her."}]}
    fails = {"replies": [{"reply_id": "a", "text": "No."}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        return query(tables["replies"], "SELECT reply_id, text AS problem FROM rows WHERE NOT contains(text, ' ')")
