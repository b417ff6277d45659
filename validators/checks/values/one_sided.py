"""INV-VP10: if all considerations point one way, the other side may be missing."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ....schemas.rows.shared import ABSTAIN
from ...tables.sql import Tables, query
from .. import Check

CONSIDERATIONS = [{"consideration_id": "1", "situation_id": "a"}, {"consideration_id": "2", "situation_id": "a"}]


class OneSided(Check):
    """The considerations of a situation neither all support nor all oppose it."""

    severity = "info"
    problem = "have|has only supporting or only opposing considerations"
    table = "situations"
    unit = "situations"
    needs = {
        "situations": ["situation_id"],
        "considerations": ["consideration_id", "situation_id"],
        "annotations": ["item_table", "item_id", "aspect", "label"],
    }
    passes = {
        "situations": [{"situation_id": "a"}],
        "considerations": CONSIDERATIONS,
        "annotations": [
            {"item_table": "considerations", "item_id": "1", "aspect": "valence", "label": "supports"},
            {"item_table": "considerations", "item_id": "2", "aspect": "valence", "label": "either"},
        ],
    }
    fails = {
        "situations": [{"situation_id": "a"}],
        "considerations": CONSIDERATIONS,
        "annotations": [
            {"item_table": "considerations", "item_id": "1", "aspect": "valence", "label": "opposes"},
            {"item_table": "considerations", "item_id": "2", "aspect": "valence", "label": "abstain"},
        ],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Situations whose valences are all `supports` or all `opposes`; abstentions are ignored."""
        judged = tables["annotations"].filter(
            f"item_table = 'considerations' AND aspect = 'valence' AND label <> '{ABSTAIN}'"
        )
        joined = judged.set_alias("a").join(tables["considerations"].set_alias("c"), "a.item_id = c.consideration_id")
        return query(
            joined.select("c.situation_id, a.label"),
            """SELECT situation_id, 'all ' || min(label) AS problem
            FROM rows GROUP BY situation_id HAVING min(label) = max(label) AND min(label) IN ('supports', 'opposes')""",
        )
