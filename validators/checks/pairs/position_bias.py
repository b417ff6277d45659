"""If the first response is preferred more often than by chance, a model learns the order."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...stats.significance import MIN_Z, differs_from_half
from ...tables.sql import Tables, query
from .. import Check

SHOWN = [{"preferred": "first" if n % 2 else "second", "shown": True} for n in range(200)]


class PositionBias(Check):
    """Preferences do not depend on the position of the responses."""

    severity = "info"
    problem = "Preferences depend on the position of the responses"
    table = "pairs"
    unit = None
    needs = {"pairs": ["preferred", "shown"]}
    passes = {"pairs": SHOWN}
    fails = {"pairs": [{**row, "preferred": "first" if n % 4 else "second"} for n, row in enumerate(SHOWN)]}

    effect: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    """Minimum distance of the share from one half."""
    z: Annotated[float, Field(gt=0)] = MIN_Z
    """Minimum z-score."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row for all pairs; ties and pairs of unknown order are left out."""
        counted = query(
            tables["pairs"],
            """SELECT count(*) AS n, count(*) FILTER ((preferred = 'first') = shown) AS hits
            FROM rows WHERE preferred IN ('first', 'second') AND shown IS NOT NULL""",
        )
        return differs_from_half(counted, "the side shown first is preferred", self.effect, self.z)
