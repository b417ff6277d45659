"""INV-VP10: whether values, rights and duties occur on both sides."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..tables.sql import Tables, query
from . import Measure


class ValenceByKind(Measure):
    """Number of judgements of valence by kind of consideration and label."""

    needs = {
        "considerations": ["consideration_id", "kind"],
        "annotations": ["item_table", "item_id", "aspect", "label"],
    }

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One count per kind and label; `n` is the number of judgements of the kind."""
        judged = tables["annotations"].filter("item_table = 'considerations' AND aspect = 'valence'")
        kinds = tables["considerations"].set_alias("c")
        joined = judged.set_alias("a").join(kinds, "a.item_id = c.consideration_id").select("c.kind, a.label")
        for kind, label, count, n in query(joined, COUNTED).fetchall():
            yield Figure(measure="valence_by_kind", group={"kind": kind, "label": label}, value=count, n=n)


COUNTED = """
SELECT kind, label, count(*) AS judgements, CAST(sum(judgements) OVER (PARTITION BY kind) AS BIGINT) AS n
FROM rows WHERE kind IS NOT NULL AND label IS NOT NULL GROUP BY kind, label ORDER BY kind, label
"""
