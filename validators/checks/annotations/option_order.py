"""People and models favour the first option, so the order should vary and be recorded."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check

SEEN = {"item_table": "considerations", "aspect": "valence", "label": "supports"}
WAYS = [["supports", "opposes"], ["opposes", "supports"]]


class OptionOrder(Check):
    """Annotators see the options of an aspect in varying order."""

    severity = "info"
    problem = "were|was always shown with the options in the same order"
    table = "annotations"
    unit = "aspects"
    per = ("item_table", "aspect")
    needs = {"annotations": ["item_table", "aspect", "label", "options"]}
    passes = {"annotations": [{**SEEN, "options": WAYS[n % 2]} for n in range(40)]}
    fails = {"annotations": [{**SEEN, "options": WAYS[0]} for _ in range(40)]}

    min_annotations: Annotated[int, Field(ge=2)] = 20
    """Aspects with fewer annotations are not checked."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Aspects with two or more options that were always shown in the same order."""
        return query(
            tables["annotations"],
            f"""SELECT item_table, aspect, 'always shown as ' || array_to_string(min(options), ', ') AS problem
            FROM rows WHERE len(options) > 1 GROUP BY item_table, aspect, list_sort(options)
            HAVING min(options) = max(options) AND count(*) >= {self.min_annotations}""",
        )
