"""A principle that is cited by an id can be looked up only if the constitution of the dataset has it."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

PRINCIPLES = [{"principle_id": "equality"}]


class CitedPrinciples(Check):
    """Completions and rankings cite principles of the constitution."""

    severity = "error"
    problem = "cite|cites a principle that is not in the constitution, or none"
    table = "completions"
    unit = "rows"
    needs = {
        "completions": ["completion_id", "principles"],
        "rankings": ["completion_id", "principles"],
        "principles": ["principle_id"],
    }
    passes = {
        "completions": [{"completion_id": "a", "principles": ["equality"]}],
        "rankings": [{"completion_id": "a", "principles": []}],
        "principles": PRINCIPLES,
    }
    fails = {
        "completions": [{"completion_id": "a", "principles": []}],
        "rankings": [{"completion_id": "a", "principles": ["liberty"]}],
        "principles": PRINCIPLES,
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Rows with the ids that are not listed, and completions without any."""
        return query_tables(
            tables,
            [*self.needs],
            """WITH citing AS (
                SELECT 'completions' AS of_table, completion_id, principles FROM completions
                UNION ALL SELECT 'rankings', completion_id, principles FROM rankings),
            cited AS (SELECT of_table, completion_id, unnest(principles)::VARCHAR AS principle_id FROM citing)
            SELECT of_table, completion_id, string_agg(principle_id, ', ' ORDER BY principle_id) AS problem
            FROM cited ANTI JOIN principles USING (principle_id) GROUP BY of_table, completion_id
            UNION ALL SELECT of_table, completion_id, 'none' FROM citing
            WHERE of_table = 'completions' AND len(principles) = 0""",
        )
