"""INV-VP4: a consideration that is listed twice counts twice, as in published data merged from two runs."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

SITUATIONS = [{"situation_id": "a", "text": "Lying."}, {"situation_id": "b", "text": "lying"}]


class RepeatedConsideration(Check):
    """No situation has the same consideration twice, ignoring case and punctuation."""

    severity = "error"
    problem = "repeat|repeats another consideration of the situation"
    table = "considerations"
    unit = "considerations"
    needs = {
        "situations": ["situation_id", "text"],
        "considerations": ["consideration_id", "situation_id", "kind", "text"],
    }
    repair = "exact_duplicates"
    passes = {
        "situations": SITUATIONS,
        "considerations": [
            {"consideration_id": "1", "situation_id": "a", "kind": "value", "text": "Truth"},
            {"consideration_id": "2", "situation_id": "a", "kind": "duty", "text": "Truth"},
            {"consideration_id": "3", "situation_id": "b", "kind": "value", "text": "Honesty"},
        ],
    }
    fails = {
        "situations": SITUATIONS,
        "considerations": [
            {"consideration_id": "1", "situation_id": "a", "kind": "value", "text": "Truth"},
            {"consideration_id": "2", "situation_id": "b", "kind": "value", "text": " truth!"},
        ],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Considerations that repeat one with a lower ID in the same situation."""
        situations = tables["situations"].select("situation_id, norm(text) AS about").set_alias("s")
        listed = tables["considerations"].select("consideration_id, situation_id, kind, norm(text) AS same")
        joined = listed.set_alias("c").join(situations, "c.situation_id = s.situation_id")
        return query(
            joined.select("consideration_id, about, kind, same"),
            """SELECT consideration_id, 'the same as ' || first AS problem FROM (
                SELECT consideration_id, min(consideration_id) OVER (PARTITION BY about, kind, same) AS first FROM rows
            ) WHERE consideration_id <> first""",
        )
