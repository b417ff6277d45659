"""A text with two IDs is annotated twice and can end up in two splits."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class RepeatedItems(Check):
    """No two items have the same text, ignoring case, white space and final punctuation."""

    severity = "warning"
    problem = "repeat|repeats the text of an earlier item"
    table = "items"
    unit = "items"
    needs = {"items": ["item_id", "text"]}
    may_use = {"items": ["group_id"]}
    repair = "exact_duplicates"
    passes = {
        "items": [
            {"item_id": "1", "text": "Lying", "group_id": "a"},
            {"item_id": "2", "text": "Lying", "group_id": "b"},
        ]
    }
    fails = {"items": [{"item_id": "1", "text": "Lying"}, {"item_id": "2", "text": "lying."}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """All but the first of the items with the same text, within a group if there are groups."""
        group = "group_id" if "group_id" in tables["items"].columns else "NULL"
        return query(
            tables["items"],
            f"""SELECT item_id, 'the same text as ' || earliest AS problem FROM (
                SELECT item_id, first_value(item_id) OVER (PARTITION BY normalised ORDER BY item_id) AS earliest
                FROM (SELECT item_id, hash(norm(text), {group}) AS normalised FROM rows WHERE text IS NOT NULL))
            WHERE item_id <> earliest""",
        )
