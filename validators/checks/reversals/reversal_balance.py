"""Each pair of a reversal must occur once in either direction, so that no rule without the criterion beats chance."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

REVERSAL = {"prompt_id": "p", "verified": True}
PAIR = {"group_id": "p", "first": "Yes.", "second": "No."}


class ReversalBalance(Check):
    """Every verified reversal makes two pairs of the same responses, preferred in opposite directions."""

    severity = "error"
    problem = "do|does not make one pair in each direction"
    table = "reversals"
    unit = "reversals"
    needs = {"reversals": ["prompt_id", "verified"], "pairs": ["group_id", "first", "second", "preferred"]}
    passes = {
        "reversals": [REVERSAL],
        "pairs": [{**PAIR, "preferred": "first"}, {**PAIR, "preferred": "second"}],
    }
    fails = {"reversals": [REVERSAL], "pairs": [{**PAIR, "preferred": "first"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Reversals with other pairs than two opposite ones, or with pairs although they are not verified."""
        return query_tables(
            tables,
            [*self.needs],
            """SELECT prompt_id, coalesce(string_agg(preferred, ', ' ORDER BY preferred), 'no pairs') AS problem
            FROM reversals LEFT JOIN pairs ON group_id = prompt_id GROUP BY prompt_id, verified
            HAVING count(group_id) <> CASE WHEN verified THEN 2 ELSE 0 END OR (verified AND (
                count(DISTINCT (first, second)) > 1 OR count(*) FILTER (preferred = 'first') <> 1
                OR count(*) FILTER (preferred = 'second') <> 1))""",
        )
