"""How close each annotator is to the kinds that are agreed on, before and after discussion."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, query_tables
from . import Measure


class KindScores(Measure):
    """Jaccard similarity, Hamming distance and weighted F1 of an annotator's kinds against those agreed.

    For the first round and for the last, over utterances with agreed kinds on which the annotator did not abstain. F1
    is weighted by how often each kind is agreed on.
    """

    needs = {
        "adjudications": ["utterance_id", "round", "annotator_id", "kinds"],
        "taggings": ["utterance_id", "kinds"],
        "kinds": ["kind"],
    }

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Three figures for each annotator and round; `n` is the number of utterances."""
        for annotator, which, *scores, n in query_tables(tables, [*self.needs], SCORES).fetchall():
            for name, value in zip(("Jaccard", "Hamming", "weighted F1"), scores, strict=True):
                group = {"annotator": annotator, "round": which, "score": name}
                rounded = None if value is None else round(value, DIGITS)
                yield Figure(measure="kind_scores", group=group, value=rounded, n=n)


SCORES = """
WITH chosen AS (
    SELECT utterance_id, annotator_id, unnest(['first', 'last']) AS which,
        unnest([arg_min(kinds, round), arg_max(kinds, round)]) AS kinds
    FROM adjudications GROUP BY utterance_id, annotator_id),
compared AS (
    SELECT annotator_id, which, utterance_id, c.kinds AS own, t.kinds AS agreed
    FROM chosen c JOIN taggings t USING (utterance_id) WHERE len(c.kinds) > 0 AND len(t.kinds) > 0),
by_item AS (
    SELECT annotator_id, which, avg(len(list_intersect(own, agreed)) / len(list_distinct(own || agreed))) AS jaccard,
        avg((len(list_distinct(own || agreed)) - len(list_intersect(own, agreed))) / (SELECT count(*) FROM kinds))
            AS hamming, count(*) AS n
    FROM compared GROUP BY ALL),
by_kind AS (
    SELECT annotator_id, which, kind, count_if(list_contains(own, kind) AND list_contains(agreed, kind)) AS hits,
        count_if(list_contains(own, kind)) AS chosen, count_if(list_contains(agreed, kind)) AS support
    FROM compared CROSS JOIN kinds GROUP BY ALL),
weighted AS (
    SELECT annotator_id, which, sum(support * 2 * hits / greatest(chosen + support, 1)) / sum(support) AS f1
    FROM by_kind GROUP BY ALL)
SELECT annotator_id, which, jaccard, hamming, f1, n FROM by_item JOIN weighted USING (annotator_id, which)
ORDER BY annotator_id, which
"""
