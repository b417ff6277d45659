"""What a model learns about an annotator helps it with that annotator's other preferences."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...stats.split_overlap import split_overlap
from ...tables.sql import Tables, query
from .. import Check

PAIR = {"annotator_id": "a", "split": "train"}


class SplitLeakAnnotator(Check):
    """No annotator of pairs is in more than one split."""

    severity = "info"
    problem = "are|is in more than one split"
    table = "pairs"
    unit = "annotators"
    per = ("annotator_id",)
    needs = {"pairs": ["annotator_id", "split"]}
    passes = {"pairs": [PAIR, PAIR, {"annotator_id": "b", "split": "test"}]}
    fails = {"pairs": [PAIR, {**PAIR, "split": "test"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Annotators with their number of pairs and their splits."""
        return query(tables["pairs"], split_overlap("annotator_id", "annotator_id", "annotator_id IS NOT NULL"))
