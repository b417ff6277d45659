"""A vocabulary can be trusted if every spelling that was merged into it is in the log."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables
from .. import Check

STAKE = {"stake_id": "s", "written": "Faith", "value": "trust"}


class MergesRecompute(Check):
    """A value that is counted as another one is in the log of merges."""

    severity = "error"
    problem = "are|is counted as a value that the log of merges does not say"
    table = "stakes"
    unit = "stakes"
    needs = {"stakes": ["stake_id", "written", "value"], "value_merges": ["written", "value"]}
    passes = {"stakes": [STAKE], "value_merges": [{"written": "Faith", "value": "trust"}]}
    fails = {"stakes": [STAKE], "value_merges": [{"written": "Faith", "value": "honesty"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Stakes whose value is not that of the log."""
        merged = tables["stakes"].filter("written IS DISTINCT FROM value").set_alias("s")
        on = "s.written = m.written AND s.value IS NOT DISTINCT FROM m.value"
        unlogged = merged.join(tables["value_merges"].set_alias("m"), on, how="anti")
        return unlogged.select("s.stake_id, s.written || ' as ' || coalesce(s.value, 'none') AS problem")
