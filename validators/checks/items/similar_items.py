"""Near-duplicate items count a topic twice."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...stats.near_duplicates import near_duplicates
from ...tables.sql import Tables, query
from .. import Check

TEXT = "A nurse finds out that her friend has sold medicine from the ward to pay for the treatment of {} ill mother"


class SimilarItems(Check):
    """No two items have nearly the same text."""

    severity = "info"
    problem = "are|is nearly identical to another item"
    table = "items"
    unit = "items"
    needs = {"items": ["item_id", "text"]}
    passes = {"items": [{"item_id": "1", "text": TEXT.format("her")}, {"item_id": "2", "text": "Lying to a friend"}]}
    fails = {"items": [{"item_id": str(n), "text": TEXT.format(who)} for n, who in enumerate(("her", "his"))]}

    min_similarity: Annotated[float, Field(gt=0, le=1)] = 0.7
    """Jaccard similarity of the sets of word triples from which texts are nearly the same; the threshold is ours."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items with the first one that each nearly repeats; `repeated_items` covers equal texts."""
        return query(
            near_duplicates(tables["items"], self.min_similarity),
            """SELECT other.item_id AS item_id, 'nearly identical to ' || min(one.item_id) AS problem
            FROM rows GROUP BY other.item_id""",
        )
