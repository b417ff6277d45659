"""A near-duplicate of a test item in the training set leaks it."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...stats.near_duplicates import near_duplicates
from ...tables.sql import Tables, query
from .. import Check

TEXT = "A nurse finds out that her friend has sold medicine from the ward to pay for the treatment of {} ill mother"
HERS, HIS = ({"item_id": who, "text": TEXT.format(who), "split": "train"} for who in ("her", "his"))


class SplitLeakSimilar(Check):
    """No two items in different splits have nearly the same text."""

    severity = "warning"
    problem = "are|is nearly identical to a text in another split"
    table = "items"
    needs = {"items": ["item_id", "text", "split"]}
    passes = {"items": [HERS, HIS]}
    fails = {"items": [HERS, {**HIS, "split": "test"}]}

    min_similarity: Annotated[float, Field(gt=0, le=1)] = 0.7
    """Jaccard similarity of the sets of word triples from which texts are nearly the same; the threshold is ours."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items with a near-duplicate in another split; `split_leak_normalised` covers equal texts.

        Where many texts are similar, as with a template, only some of the pairs are found.
        """
        return query(
            near_duplicates(tables["items"], self.min_similarity),
            """SELECT other.item_id AS item_id, array_to_string(other.splits, ', ') AS split,
                'nearly identical to ' || min(one.item_id) || ' in ' || array_to_string(one.splits, ', ') AS problem
            FROM rows WHERE len(list_distinct(list_concat(one.splits, other.splits))) > 1
            GROUP BY other, one.splits""",
        )
