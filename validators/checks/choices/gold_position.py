"""If the correct choice is usually in one position, always picking that position scores well."""

from __future__ import annotations

from typing import Annotated, Any

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...stats.significance import MIN_Z, differs_from_uniform
from ...tables.sql import Tables, query
from .. import Check


def _options(golds: list[int]) -> list[dict[str, Any]]:
    return [{"item_id": f"{n}", "position": p, "gold": p == gold} for n, gold in enumerate(golds) for p in (1, 2)]


class GoldPosition(Check):
    """The correct choice is equally often in every position."""

    severity = "warning"
    problem = "The position of a choice gives away the correct one"
    table = "choices"
    unit = None
    needs = {"choices": ["item_id", "position", "gold"]}
    passes = {"choices": _options([1, 2] * 20)}
    fails = {"choices": _options([1] * 40)}

    effect: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Minimum excess over the chance rate, as a share."""
    z: Annotated[float, Field(gt=0)] = MIN_Z
    """Minimum z-score."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row per number of choices; items with none or several correct choices are left out."""
        counted = query(
            tables["choices"],
            """SELECT k, place, count(*) AS hits FROM (SELECT count(*) AS k,
                    first(position) FILTER (gold) AS place FROM rows GROUP BY item_id HAVING count(*) FILTER (gold) = 1)
            GROUP BY k, place""",
        )
        return differs_from_uniform(counted, "the right option is", self.effect, self.z)
