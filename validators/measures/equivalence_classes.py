"""How anonymous annotators are among each other."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.k_anonymity import equivalence_classes
from ..tables.sql import Tables, query
from . import Measure


class EquivalenceClasses(Measure):
    """Human annotators with known attributes by the number who share all of them."""

    needs = {"annotators": ["annotator_id"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """The number of annotators by class size; `n` is the number of annotators with known attributes."""
        counted = query(
            equivalence_classes(tables["annotators"]),
            """SELECT alike, count(*) AS annotators, CAST(sum(annotators) OVER () AS BIGINT) AS n
            FROM rows GROUP BY alike ORDER BY alike""",
        )
        for alike, count, n in counted.fetchall():
            yield Figure(measure="equivalence_classes", group={"share them": str(alike)}, value=count, n=n)
