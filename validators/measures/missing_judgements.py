"""Which annotators miss judgements, whether refused, failed or removed."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, query
from . import Measure


class MissingJudgements(Measure):
    """Share of the items of an aspect that one of its annotators did not judge."""

    needs = {"annotations": ["item_table", "item_id", "annotator_id", "aspect"]}

    max_annotators: PositiveInt = 50
    """Annotators shown per aspect, those who miss the most items."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One share per annotator with missing judgements; `n` is the number of items."""
        for aspect, annotator, missing, n in query(
            tables["annotations"], MISSING.format(most=self.max_annotators)
        ).fetchall():
            low, high = wilson(missing, n)
            group, share = {"aspect": aspect, "annotator": annotator}, round(missing / n, DIGITS)
            yield Figure(measure="missing_judgements", group=group, value=share, low=low, high=high, n=n)


MISSING = """
WITH judged AS (SELECT DISTINCT aspect, item_table, item_id, annotator_id FROM rows
    WHERE aspect IS NOT NULL AND annotator_id IS NOT NULL),
items AS (SELECT aspect, count(*) AS n FROM (SELECT DISTINCT aspect, item_table, item_id FROM judged) GROUP BY aspect)
SELECT aspect, annotator_id, n - count(*) AS missing, n FROM judged JOIN items USING (aspect)
GROUP BY aspect, annotator_id, n HAVING missing > 0
QUALIFY row_number() OVER (PARTITION BY aspect ORDER BY missing DESC, annotator_id) <= {most}
ORDER BY aspect, missing DESC, annotator_id
"""
