"""A one-word text among sentences may be truncated."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.prose import ONE_WORD, rare_rows
from ...tables.sql import Tables, query
from .. import Check


class OneWordItems(Check):
    """Items have at least two words, if nearly all do."""

    severity = "info"
    problem = "consist|consists of one word"
    table = "items"
    unit = "items"
    needs = {"items": ["item_id", "text"]}
    passes = {"items": [{"item_id": "1", "text": "Peace"}, {"item_id": "2", "text": "Trust"}]}
    fails = {"items": [{"item_id": f"{n}", "text": "Leave" if n == 5 else "Tell the truth"} for n in range(20)]}

    max_share: Annotated[float, Field(gt=0, le=1)] = 0.1
    """A larger share of one-word texts is taken to be intended."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One-word items, in scripts with spaces between words."""
        return query(tables["items"], rare_rows("item_id", ONE_WORD, self.max_share))
