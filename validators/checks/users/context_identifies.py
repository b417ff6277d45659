"""Context that fits several users does not identify the one that is meant."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

LABELS = [
    {"label_id": f"{pair}/{user}", "comparison_id": pair, "user_id": user, "preferred": preferred}
    for pair, user, preferred in (
        ("a", "kind", "first"), ("a", "brief", "second"), ("b", "kind", "first"), ("b", "brief", "first"),
        ("c", "kind", "first"),
    )
]  # fmt: skip


class ContextIdentifies(Check):
    """No two users have made all the choices that a context shows."""

    severity = "warning"
    problem = "fit|fits several users"
    table = "contexts"
    unit = "contexts"
    needs = {"contexts": ["label_id", "pairs"], "labels": ["label_id", "comparison_id", "user_id", "preferred"]}
    passes = {
        "labels": LABELS,
        "contexts": [{"label_id": "c/kind", "pairs": [{"comparison_id": "a", "preferred": "first"}]}],
    }
    fails = {
        "labels": LABELS,
        "contexts": [{"label_id": "c/kind", "pairs": [{"comparison_id": "b", "preferred": "first"}]}],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Contexts with the other users that made the same choices."""
        return query_tables(
            tables,
            [*self.needs],
            """WITH shown AS (
                SELECT c.label_id, l.user_id, len(c.pairs) AS wanted, unnest(c.pairs) AS pair
                FROM contexts c JOIN labels l USING (label_id)),
            fitting AS (
                SELECT s.label_id, o.user_id FROM shown s JOIN labels o ON o.comparison_id = pair.comparison_id
                    AND o.preferred = pair.preferred AND o.user_id <> s.user_id
                GROUP BY s.label_id, o.user_id HAVING count(*) = any_value(s.wanted))
            SELECT label_id, 'also fits ' || string_agg(user_id, ', ' ORDER BY user_id) AS problem
            FROM fitting GROUP BY label_id""",
        )
