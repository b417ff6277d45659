"""Two distributions for one question and group cannot both be right."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

ITEMS = [{"item_id": "1", "text": "Is rain good?"}, {"item_id": "2", "text": "Is rain good?"}]
SHARE = {"item_id": "1", "group_id": "Peru", "option": "yes", "share": 0.9}


class ContradictingDistributions(Check):
    """Items with the same text have one distribution for each group."""

    severity = "warning"
    problem = "have|has another distribution for the same text and group"
    table = "items"
    unit = "items"
    needs = {"items": ["item_id", "text"], "distributions": ["item_id", "group_id", "option", "share"]}
    passes = {"items": ITEMS, "distributions": [SHARE, {**SHARE, "item_id": "2", "group_id": "Fiji", "share": 0.2}]}
    fails = {"items": ITEMS, "distributions": [SHARE, {**SHARE, "item_id": "2", "share": 0.2}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items that differ from the first with the same text, group and options."""
        return query_tables(tables, [*self.needs], CONTRADICTING)


CONTRADICTING = """
WITH sets AS (
    SELECT item_id, group_id, list(option ORDER BY option) AS options, list(round(share, 4) ORDER BY option) AS given
    FROM distributions WHERE share IS NOT NULL GROUP BY item_id, group_id),
asked AS (SELECT sets.*, arg_min({'id': sets.item_id, 'given': given}, sets.item_id)
        OVER (PARTITION BY norm(text), group_id, options) AS earlier
    FROM sets JOIN items ON items.item_id = sets.item_id WHERE text IS NOT NULL)
SELECT item_id, CAST(given AS VARCHAR) || ', not ' || CAST(earlier.given AS VARCHAR) || ' as item ' || earlier.id
    || coalesce(', group ' || group_id, '') AS problem
FROM asked WHERE given <> earlier.given
"""
