"""How often judges read out of a character what follows from its type."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, fetch_all
from . import Measure


class AccuracyByType(Measure):
    """Share of judgements of a character that agree with its type; abstentions are left out."""

    needs = {
        "perspectives": ["perspective_id", "type_id", "current"],
        "annotations": ["item_table", "item_id", "aspect", "label"],
    }

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One share per type of character, with its interval; `n` is the number of judgements."""
        judged = tables["annotations"].filter(
            "item_table = 'perspectives' AND aspect = 'current' AND label <> 'abstain'"
        )
        joined = judged.set_alias("a").join(tables["perspectives"].set_alias("p"), "a.item_id = p.perspective_id")
        chosen = joined.select("p.type_id AS type_id, a.label = p.current AS correct")
        for kind, right, n in fetch_all(chosen, COUNTED):
            low, high = wilson(right, n)
            share = round(right / n, DIGITS)
            yield Figure(measure="accuracy_by_type", group={"type": kind}, value=share, low=low, high=high, n=n)


COUNTED = "SELECT type_id, count_if(correct) AS correct, count(*) AS n FROM rows GROUP BY type_id ORDER BY type_id"
