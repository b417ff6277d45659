"""An annotator who is counted twice has two votes; deliberate repeats have a sample number."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

GIVEN = {"item_table": "items", "item_id": "1", "annotator_id": "x", "aspect": "harm", "label": "yes"}


class RepeatedAnnotations(Check):
    """An annotator judges an aspect of an item at most once."""

    severity = "warning"
    problem = "are|is repeated by the same annotator"
    table = "annotations"
    unit = "judgements"
    per = ("item_table", "item_id", "annotator_id", "aspect")
    needs = {"annotations": ["item_table", "item_id", "annotator_id", "aspect"]}
    may_use = {"annotations": ["sample", "label"]}
    implied_by_row_type = True
    passes = {"annotations": [{**GIVEN, "sample": 0}, {**GIVEN, "sample": 1}]}
    fails = {"annotations": [GIVEN, {**GIVEN, "label": "no"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Repeated judgements, with the number of repeats."""
        key = "item_table, item_id, annotator_id, aspect"
        sample = ", sample" if "sample" in tables["annotations"].columns else ""
        return query(
            tables["annotations"],
            f"""SELECT {key}, count(*) || ' times' AS problem FROM rows WHERE annotator_id IS NOT NULL
            GROUP BY {key}{sample} HAVING count(*) > 1""",
        )
