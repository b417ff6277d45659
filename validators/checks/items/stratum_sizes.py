"""In a sample with equal strata, a stratum of another size has lost or gained items."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check


class StratumSizes(Check):
    """All strata have the same number of items, if most do."""

    severity = "warning"
    problem = "have|has an unusual number of items"
    table = "items"
    unit = "strata"
    per = ("stratum",)
    needs = {"items": ["item_id", "stratum"]}
    passes = {"items": [{"item_id": f"{n}", "stratum": f"{n % (n // 7 + 1)}"} for n in range(30)]}
    fails = {"items": [{"item_id": f"{n}", "stratum": f"{n % 5}"} for n in range(24)]}

    min_modal_share: Annotated[float, Field(gt=0.5, le=1)] = 0.75
    """The check applies where at least this share of the strata has the same size."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Strata with an unusual number of items."""
        return query(
            tables["items"],
            f"""WITH sized AS (SELECT stratum, count(*) AS n FROM rows WHERE stratum IS NOT NULL GROUP BY stratum),
            usual AS (SELECT n AS most FROM sized GROUP BY n
                HAVING count(*) >= {self.min_modal_share} * (SELECT count(*) FROM sized))
            SELECT stratum, n || ' items, not ' || most AS problem FROM sized JOIN usual ON n <> most""",
        )
