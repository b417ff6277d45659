"""A distractor that readers find right, or an answer that they find wrong, punishes who understands the text."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

READINGS = [{"reading_id": "r", "is_right": True}, {"reading_id": "w", "is_right": False}]
YES = {"item_table": "readings", "item_id": "r", "annotator_id": "a", "aspect": "fits", "label": "yes"}


class VerifiedReadings(Check):
    """Most annotators find that the right reading fits, and that the wrong ones do not."""

    severity = "warning"
    problem = "are|is judged otherwise by most annotators"
    table = "readings"
    unit = "readings"
    needs = {
        "readings": ["reading_id", "is_right"],
        "annotations": ["item_table", "item_id", "annotator_id", "aspect", "label"],
    }
    passes = {"readings": READINGS, "annotations": [YES]}
    fails = {"readings": READINGS, "annotations": [YES, {**YES, "item_id": "w"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Readings with the number of those who find that they fit."""
        return query_tables(
            tables,
            [*self.needs],
            """SELECT reading_id, fit || ' of ' || n || ' find that it fits' AS problem
            FROM readings JOIN (
                SELECT item_id AS reading_id, count_if(label = 'yes') AS fit, count(*) AS n FROM annotations
                WHERE item_table = 'readings' AND aspect = 'fits' AND label IN ('yes', 'no') GROUP BY item_id)
                USING (reading_id)
            WHERE CASE WHEN is_right THEN fit * 2 < n ELSE fit * 2 > n END""",
        )
