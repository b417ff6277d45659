"""Who wrote a response to fit a criterion is no independent judge of whether it does."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

CRITERION = {"criterion_id": "p/x", "writer_id": "a"}
VERDICT = {"item_table": "criteria", "item_id": "p/x"}


class SelfVerified(Check):
    """A criterion is judged by an annotator other than the one who wrote it."""

    severity = "info"
    problem = "are|is judged by their writer only"
    table = "criteria"
    unit = "criteria"
    needs = {"criteria": ["criterion_id", "writer_id"], "annotations": ["item_table", "item_id", "annotator_id"]}
    passes = {
        "criteria": [CRITERION],
        "annotations": [{**VERDICT, "annotator_id": "a"}, {**VERDICT, "annotator_id": "b"}],
    }
    fails = {"criteria": [CRITERION], "annotations": [{**VERDICT, "annotator_id": "a"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Criteria that nobody but their writer judged."""
        return query_tables(
            tables,
            [*self.needs],
            """SELECT criterion_id, 'judged by ' || writer_id AS problem
            FROM criteria JOIN annotations ON item_table = 'criteria' AND item_id = criterion_id
            GROUP BY criterion_id, writer_id HAVING bool_and(annotator_id = writer_id)""",
        )
