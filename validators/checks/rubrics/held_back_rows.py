"""INV-MB7: what is held back is worth its name only if no row gives it away, and its commitment is there."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

HELD = {"scenario_id": "h", "text": None, "commitment": "0" * 64}
OPEN = {"scenario_id": "o", "text": "Do you tell her?", "commitment": None}
ROWS = {"criteria": [{"scenario_id": "o"}], "answers": [{"scenario_id": "o"}]}


class HeldBackRows(Check):
    """A dilemma has either its text or the commitment to it, and what is held back has no other rows."""

    severity = "error"
    problem = "are|is neither published nor held back as a whole"
    table = "scenarios"
    unit = "scenarios"
    needs = {
        "scenarios": ["scenario_id", "text", "commitment"],
        "criteria": ["scenario_id"],
        "answers": ["scenario_id"],
    }
    passes = {"scenarios": [HELD, OPEN], **ROWS}
    fails = {"scenarios": [HELD, OPEN], **ROWS, "criteria": [{"scenario_id": "h"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Dilemmas with what is there in spite of the commitment, or missing."""
        return query_tables(
            tables,
            [*self.needs],
            """SELECT scenario_id, CASE WHEN text IS NULL AND commitment IS NULL THEN 'neither text nor commitment'
                WHEN text IS NOT NULL THEN 'text beside a commitment' ELSE 'criteria or answers' END AS problem
            FROM scenarios WHERE (text IS NULL) = (commitment IS NULL) OR (commitment IS NOT NULL AND scenario_id IN (
                SELECT scenario_id FROM criteria UNION ALL SELECT scenario_id FROM answers))""",
        )
