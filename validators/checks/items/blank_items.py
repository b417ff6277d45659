"""A blank item cannot be annotated."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class BlankItems(Check):
    """No item is blank."""

    severity = "error"
    problem = "are|is blank"
    table = "items"
    unit = "items"
    needs = {"items": ["item_id", "text"]}
    passes = {"items": [{"item_id": "1", "text": "🤝"}, {"item_id": "2", "text": "?"}]}
    fails = {"items": [{"item_id": "1", "text": " ... "}, {"item_id": "2", "text": None}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items without a letter, digit or symbol, in any script; a lone ? or ! says something."""
        return query(
            tables["items"],
            r"""SELECT item_id, 'blank text' AS problem FROM rows
            WHERE NOT coalesce(regexp_matches(text, '[\p{L}\p{N}\p{S}?!¿¡？！؟]'), false)""",
        )
