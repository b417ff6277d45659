"""Shares over orders are free of a bias to a position only if every option was in every position equally often."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check

ASKED = {"item_table": "questions", "item_id": "1", "annotator_id": "m", "aspect": "answer", "label": "a"}


class UnbalancedOrders(Check):
    """Every option of an item is shown in each position about equally often."""

    severity = "warning"
    problem = "were|was shown with some options more often in one position than in another"
    table = "annotations"
    unit = "items and annotators"
    per = ("item_table", "item_id", "annotator_id", "aspect")
    needs = {"annotations": ["item_table", "item_id", "annotator_id", "aspect", "label", "options"]}
    passes = {"annotations": [{**ASKED, "options": [*order]} for order in ("abc", "bca", "cab")]}
    fails = {"annotations": [{**ASKED, "options": [*order]} for order in ("abc", "abc", "acb", "bca", "cab", "abc")]}

    tolerance: Annotated[int, Field(ge=0)] = 1
    """How often more an option may be first than another."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items that one annotator was shown at least as often as there are options, with first options that differ."""
        return query(
            tables["annotations"],
            f"""WITH firsts AS (
                SELECT item_table, item_id, annotator_id, aspect, options[1] AS first, count(*) AS times,
                    any_value(len(options)) AS k
                FROM rows WHERE len(options) > 1 AND label IS NOT NULL GROUP BY ALL)
            SELECT item_table, item_id, annotator_id, aspect,
                concat(arg_max(first, times), ' was first in ', max(times), ' of ', sum(times), ' orders') AS problem
            FROM firsts GROUP BY item_table, item_id, annotator_id, aspect
            HAVING sum(times) >= any_value(k)
                AND max(times) - CASE WHEN count(*) < any_value(k) THEN 0 ELSE min(times) END > {self.tolerance}""",
        )
