"""If the correct choice is usually the longest, picking the longest scores well."""

from __future__ import annotations

from typing import Annotated, Any

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...stats.significance import MIN_Z, differs_from_uniform
from ...tables.sql import Tables, query
from .. import Check


def _options(golds: list[int]) -> list[dict[str, Any]]:
    options = [(f"{n}", k, k == gold) for n, gold in enumerate(golds) for k in (1, 2, 3)]
    return [{"item_id": item, "text": item + "no" * k, "gold": gold} for item, k, gold in options]


class GoldLength(Check):
    """The correct choice is the longest no more often than by chance."""

    severity = "info"
    problem = "The length of a choice gives away the correct one"
    table = "choices"
    unit = None
    needs = {"choices": ["item_id", "text", "gold"]}
    passes = {"choices": _options([1, 2, 3] * 30)}
    fails = {"choices": _options([3, 3, 3, 3, 1, 2] * 15)}

    effect: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Minimum excess over the chance rate, as a share."""
    z: Annotated[float, Field(gt=0)] = MIN_Z
    """Minimum z-score."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row per number of choices, with the rank by length in characters, shortest first.

        Left out are items with none or several correct choices, with two choices of equal length, or that
        share all choices with another item, such as Yes and No.
        """
        counted = query(
            tables["choices"],
            """SELECT k, place, count(*) AS hits FROM (
                SELECT count(*) AS k, list_position(list(gold ORDER BY length(text)), true) AS place
                FROM rows WHERE text IS NOT NULL GROUP BY item_id
                HAVING count(*) FILTER (gold) = 1 AND count(DISTINCT length(text)) = count(*)
                QUALIFY count(*) OVER (PARTITION BY list(text ORDER BY text)) = 1)
            GROUP BY k, place""",
        )
        return differs_from_uniform(counted, "by length from the shortest, the right option is", self.effect, self.z)
