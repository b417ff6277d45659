"""If the longer response is preferred more often than by chance, a model learns to write more."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...stats.significance import MIN_Z, differs_from_half
from ...tables.sql import Tables, query
from .. import Check

PAIRS = [{"first": "aa", "second": "a", "preferred": "first" if n % 2 else "second"} for n in range(200)]


class LengthBias(Check):
    """Preferences do not depend on the length of the responses."""

    severity = "info"
    problem = "Preferences depend on the length of the responses"
    table = "pairs"
    unit = None
    needs = {"pairs": ["first", "second", "preferred"]}
    passes = {"pairs": PAIRS}
    fails = {"pairs": [{**row, "preferred": "first" if n % 4 else "second"} for n, row in enumerate(PAIRS)]}

    effect: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    """Minimum distance of the share from one half."""
    z: Annotated[float, Field(gt=0)] = MIN_Z
    """Minimum z-score."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row for all pairs; ties and responses of equal length, in characters, are left out."""
        counted = query(
            tables["pairs"],
            """SELECT count(*) AS n, count(*) FILTER ((preferred = 'first') = (length(first) > length(second))) AS hits
            FROM rows WHERE preferred IN ('first', 'second') AND length(first) <> length(second)""",
        )
        return differs_from_half(counted, "the longer side is preferred", self.effect, self.z)
