"""INV-VP1, none: a situation without considerations is of no use."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables
from .. import Check


class NoConsiderations(Check):
    """Every situation has a consideration."""

    severity = "error"
    problem = "have|has no considerations"
    table = "situations"
    unit = "situations"
    needs = {"situations": ["situation_id"], "considerations": ["situation_id"]}
    passes = {"situations": [{"situation_id": "a"}], "considerations": [{"situation_id": "a"}]}
    fails = {"situations": [{"situation_id": "a"}, {"situation_id": "b"}], "considerations": [{"situation_id": "a"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Situations without considerations."""
        situations, considerations = tables["situations"].set_alias("s"), tables["considerations"].set_alias("c")
        alone = situations.join(considerations, "s.situation_id = c.situation_id", how="anti")
        return alone.select("s.situation_id, 'no considerations' AS problem")
