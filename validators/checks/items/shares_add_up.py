"""Shares that do not sum to 1 lack an option, or are not shares at all."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check

SHARE = {"item_id": "1", "group_id": "Peru", "option": "a", "share": 0.49}


class SharesAddUp(Check):
    """The shares of a distribution lie between 0 and 1 and sum to 1."""

    severity = "warning"
    problem = "have|has shares that do not sum to 1 or lie outside 0 to 1"
    table = "distributions"
    unit = "distributions"
    per = ("item_id", "group_id")
    needs = {"distributions": ["item_id", "group_id", "option", "share"]}
    passes = {
        "distributions": [
            *(SHARE, {**SHARE, "option": "b", "share": 0.5}),
            *({**SHARE, "item_id": "2", "option": f"{n}", "share": 0.17} for n in range(6)),
        ]
    }
    fails = {"distributions": [SHARE, {**SHARE, "group_id": "Fiji", "share": 1.5}]}

    tolerance: Annotated[float, Field(ge=0)] = 0.02
    """Least rounding tolerance of the sum."""
    rounding: Annotated[float, Field(ge=0)] = 0.005
    """Rounding tolerance for each share; the default is half a percentage point."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Distributions with their sum and the range of shares outside 0 to 1."""
        return query(
            tables["distributions"],
            f"""SELECT item_id, group_id, 'sum ' || round(sum(share), 4) || CASE WHEN min(share) < 0 OR max(share) > 1
                THEN ', from ' || min(share) || ' to ' || max(share) ELSE '' END AS problem
            FROM rows GROUP BY item_id, group_id HAVING count(share) > 0 AND (
                NOT abs(sum(share) - 1) <= greatest({self.tolerance}, {self.rounding} * count(share))
                OR min(share) < 0 OR max(share) > 1 + {self.tolerance})""",
        )
