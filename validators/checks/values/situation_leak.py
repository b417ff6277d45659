"""INV-VP8: a situation in two splits leaks the test set, even if case or punctuation differ."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

SITUATIONS = [
    {"situation_id": "a", "text": "Lying.", "split": "train"},
    {"situation_id": "b", "text": "Stealing", "split": "test"},
]


class SituationLeak(Check):
    """No situation is in more than one split, itself or through its considerations."""

    severity = "error"
    problem = "are|is in more than one split"
    table = "situations"
    unit = "texts"
    per = ("text",)
    needs = {"situations": ["situation_id", "text", "split"], "considerations": ["situation_id", "split"]}
    repair = "split"
    passes = {"situations": SITUATIONS, "considerations": [{"situation_id": "a", "split": "train"}]}
    fails = {
        "situations": [*SITUATIONS, {"situation_id": "c", "text": "lying", "split": "test"}],
        "considerations": [{"situation_id": "b", "split": "train"}],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row per text in more than one split."""
        situations = tables["situations"].select("situation_id, norm(text) AS about, split")
        listed = query(tables["considerations"], "SELECT DISTINCT situation_id, split FROM rows").set_alias("c")
        through = situations.set_alias("s").join(listed, "s.situation_id = c.situation_id")
        places = situations.union(through.select("s.situation_id, about, c.split"))
        return query(
            places,
            """SELECT min(situation_id) AS situation_id,
                'in ' || string_agg(DISTINCT split, ', ' ORDER BY split) AS problem
            FROM rows GROUP BY about HAVING count(DISTINCT split) > 1""",
        )
