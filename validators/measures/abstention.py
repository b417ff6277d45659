"""Who abstains, and on what: every closed question allows it, as forced choices would hide it."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ...schemas.rows.shared import ABSTAIN
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, query
from . import Measure


class Abstention(Measure):
    """Share of judgements in which an annotator abstained, by aspect."""

    needs = {"annotations": ["annotator_id", "aspect", "label"]}

    max_annotators: PositiveInt = 100
    """Annotators shown per aspect, those with the most judgements."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One share per aspect and annotator, with its interval; `n` is the number of judgements."""
        counted = query(
            tables["annotations"],
            f"""SELECT aspect, annotator_id, count(*) FILTER (label = '{ABSTAIN}') AS abstained, count(*) AS n
            FROM rows WHERE aspect IS NOT NULL AND annotator_id IS NOT NULL GROUP BY aspect, annotator_id
            QUALIFY row_number() OVER (PARTITION BY aspect ORDER BY n DESC, annotator_id) <= {self.max_annotators}
            ORDER BY aspect, annotator_id""",
        )
        for aspect, annotator, abstained, n in counted.fetchall():
            low, high = wilson(abstained, n)
            group = {"aspect": aspect, "annotator": annotator}
            share = round(abstained / n, DIGITS)
            yield Figure(measure="abstention", group=group, value=share, low=low, high=high, n=n)
