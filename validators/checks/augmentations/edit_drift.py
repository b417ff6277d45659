"""A change that does not recompute from the scores may accept an edit that moved something else."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...stats.edit_drift import CHANGES, LEVELS
from ...tables.sql import Tables, query_tables
from .. import Check, Example

EDIT = {"edit_id": "e", "parent_id": "p", "child_id": "c", "attribute_id": "a", "direction": "up"}
SCORED = [{"scored_id": f"{text}:a", "response_id": text, "attribute_id": "a"} for text in ("p", "c")]
SCORES = [
    {"item_table": "scored", "item_id": f"{text}:a", "aspect": "level", "score": score}
    for text, score in (("p", 2.0), ("c", 4.0))
]
DRIFT = {"edit_id": "e", "target_change": 2.0, "other_change": None, "accepted": True}
EXAMPLE: Example = {"edits": [EDIT], "scored": SCORED, "annotations": SCORES}


class EditDrift(Check):
    """The changes of an edit recompute from the scores, and an accepted edit moves in its direction."""

    severity = "error"
    problem = "do|does not follow from the scores"
    table = "drifts"
    unit = "edits"
    needs = {
        "drifts": ["edit_id", "target_change", "other_change", "accepted"],
        "edits": ["edit_id", "parent_id", "child_id", "attribute_id", "direction"],
        "scored": ["scored_id", "response_id", "attribute_id"],
        "annotations": ["item_table", "item_id", "aspect", "score"],
    }
    passes = {**EXAMPLE, "drifts": [DRIFT]}
    fails = {**EXAMPLE, "drifts": [{**DRIFT, "target_change": -2.0}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Edits whose changes come out differently, or that are accepted and moved the other way."""
        return query_tables(
            tables,
            [*self.needs],
            f"""WITH levels AS ({LEVELS}), changes AS ({CHANGES})
            SELECT edit_id, concat_ws(' ', 'the scores give', c.target_change, 'for', d.target_change) AS problem
            FROM drifts d JOIN edits e USING (edit_id) LEFT JOIN changes c USING (edit_id)
            WHERE round(c.target_change, 6) IS DISTINCT FROM round(d.target_change::DOUBLE, 6)
                OR round(c.other_change, 6) IS DISTINCT FROM round(d.other_change::DOUBLE, 6)
                OR (accepted AND (d.target_change > 0) IS DISTINCT FROM (direction = 'up'))""",
        )
