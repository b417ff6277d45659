"""Where every distribution puts all on one option, no disagreement is left."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check

SHARES = [
    {"item_id": f"{item}", "group_id": None, "option": option, "share": share}
    for item in range(10)
    for option, share in (("yes", 1.0), ("no", 0.0))
]


class ConstantDistributions(Check):
    """Some distributions share out more than one option."""

    severity = "warning"
    problem = "put|puts all on one option, as nearly every distribution does"
    table = "distributions"
    unit = "sets of shares"
    per = ("item_id", "group_id")
    needs = {"distributions": ["item_id", "group_id", "option", "share"]}
    passes = {
        "distributions": [
            *SHARES[2:],
            *({**row, "share": 0.5} for row in SHARES[:2]),
        ]
    }
    fails = {"distributions": SHARES}

    min_distributions: Annotated[int, Field(ge=1)] = 10
    """Fewer distributions may agree by chance, and are not checked."""
    min_share: Annotated[float, Field(gt=0, le=1)] = 0.95
    """Share of the distributions that put all on one option from which they are reported."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Distributions with the option that has everything."""
        return query(
            tables["distributions"],
            f"""WITH each AS (SELECT item_id, group_id, arg_max(option, share) AS option,
                max(share) = 1 AND sum(share) = 1 AND count(*) > 1 AS constant
                FROM rows WHERE share IS NOT NULL GROUP BY item_id, group_id)
            SELECT item_id, group_id, 'all on ' || option AS problem FROM each
            WHERE constant AND (SELECT count(*) >= {self.min_distributions}
                AND count(*) FILTER (constant) >= {self.min_share} * count(*) FROM each)""",
        )
