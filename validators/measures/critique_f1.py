"""How well critics find wrong responses, where the source knows which are wrong."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, query_tables
from . import Measure


class CritiqueF1(Measure):
    """F1 of the verdict `wrong` by critic, against what the source knows of the responses.

    The score of CriticBench (arXiv 2402.14809). Its code counts a verdict that it cannot read as the opposite of the
    label, and reads verdicts by words in the text; verdicts are a closed field here, and abstentions are left out.
    """

    needs = {"critiques": ["prompt_id", "writer_id", "verdict"], "prompts": ["prompt_id", "is_right"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One score per critic, null where neither the source nor the critic calls a response wrong."""
        for critic, value, n in query_tables(tables, [*self.needs], F1).fetchall():
            score = None if value is None else round(value, DIGITS)
            yield Figure(measure="critique_f1", group={"annotator": critic}, value=score, n=n)


F1 = """
SELECT writer_id, 2 * count(*) FILTER (verdict = 'wrong' AND NOT is_right)
    / nullif(count(*) FILTER (verdict = 'wrong') + count(*) FILTER (NOT is_right), 0), count(*)
FROM critiques JOIN prompts USING (prompt_id) WHERE is_right IS NOT NULL AND verdict <> 'abstain'
GROUP BY writer_id ORDER BY writer_id LIMIT 100
"""
