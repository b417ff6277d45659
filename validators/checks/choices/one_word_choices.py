"""A one-word choice among sentences may be truncated."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.prose import ONE_WORD, rare_rows
from ...tables.sql import Tables, query
from .. import Check


class OneWordChoices(Check):
    """Choices have at least two words, if nearly all do."""

    severity = "info"
    problem = "consist|consists of one word"
    table = "choices"
    unit = "choices"
    needs = {"choices": ["item_id", "position", "text"]}
    passes = {"choices": [{"item_id": "1", "position": n, "text": answer} for n, answer in enumerate(["Yes", "No"])]}
    fails = {
        "choices": [
            {"item_id": f"{n}", "position": 1, "text": "Leave" if n == 5 else "Tell the truth"} for n in range(20)
        ]
    }

    max_share: Annotated[float, Field(gt=0, le=1)] = 0.1
    """A larger share of one-word texts is taken to be intended."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One-word choices, in scripts with spaces between words."""
        return query(tables["choices"], rare_rows("item_id, position", ONE_WORD, self.max_share))
