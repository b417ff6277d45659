"""An item with fewer annotations than the rest has the same weight but a less certain label."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...stats.modal_count import off_modal_count
from ...tables.sql import Tables, query
from .. import Check

BOTH = [{"item_table": "items", "item_id": f"{n}", "aspect": "harm"} for n in range(30) for _ in range(2)]


class AnnotationCount(Check):
    """All items have the same number of annotations per aspect, if nearly all do."""

    severity = "warning"
    problem = "have|has an unusual number of annotations"
    table = "annotations"
    unit = "item aspects"
    per = ("item_table", "item_id", "aspect")
    needs = {"annotations": ["item_table", "item_id", "aspect"]}
    passes = {"annotations": [*BOTH[:2], *BOTH[4:7]]}
    fails = {"annotations": [*BOTH, {"item_table": "items", "item_id": "x", "aspect": "harm"}]}

    min_modal_share: Annotated[float, Field(gt=0.5, le=1)] = 0.95
    """The check applies where at least this share of the items has the same number of annotations."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items and aspects with an unusual number of annotations, samples and abstentions included."""
        counted = query(
            tables["annotations"], "SELECT item_table, item_id, aspect, count(*) AS n FROM rows GROUP BY ALL"
        )
        return off_modal_count(counted, self.min_modal_share, "judgements", within="(item_table, aspect)")
