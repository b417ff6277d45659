"""An item with a missing choice is easier than the others."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...stats.modal_count import off_modal_count
from ...tables.sql import Tables, query
from .. import Check


class ChoiceCount(Check):
    """All items have the same number of choices, if nearly all do, and more than one, if most do."""

    severity = "warning"
    problem = "have|has an unusual number of choices"
    table = "choices"
    unit = "items"
    per = ("item_id",)
    needs = {"choices": ["item_id"]}
    passes = {"choices": [{"item_id": item} for item in "112223"[:5]]}
    fails = {"choices": [{"item_id": item} for item in "112223"]}

    min_modal_share: Annotated[float, Field(gt=0.5, le=1)] = 0.95
    """The check applies where at least this share of the items has the same number of choices."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items with an unusual number of choices."""
        counted = query(tables["choices"], "SELECT item_id, count(*) AS n FROM rows GROUP BY item_id")
        unusual = off_modal_count(counted, self.min_modal_share, "options")
        single = query(
            counted,
            """SELECT item_id, '1 option, where most items have more' AS problem FROM rows
            WHERE n = 1 AND (SELECT count(*) FILTER (n > 1) > count(*) / 2 FROM rows)""",
        )
        return unusual.filter("problem NOT LIKE '1 options,%'").union(single)
