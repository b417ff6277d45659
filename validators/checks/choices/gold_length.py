"""Where the right option is mostly the longest, whoever takes the longest looks clever."""

from __future__ import annotations

from typing import Annotated, Any

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...stats.significance import CERTAIN, uneven
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
    """How much more often than by chance a length is right, as a share, for it to matter."""
    z: Annotated[float, Field(gt=0)] = CERTAIN
    """Standard errors that are taken for no chance."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row for each number of options, with the place by length in characters from the shortest.

        Items with no right option or several, in which two options are equally long, or that
        share all options with another one, such as Yes and No, are left out.
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
        return uneven(counted, "by length from the shortest, the right option is", self.effect, self.z)
