"""Whether judges who rate responses one by one rate what their own model wrote, or what is longer, higher."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, query_tables
from . import Measure


class RatingBias(Measure):
    """Self-preference and verbosity of a judge in its ratings; `judge_bias` has those of its comparisons.

    Self-preference: mean distance of its scores from those of judges with other models on the same responses, on what
    its own model wrote less on the rest, in points of the scale; 0 without bias. Verbosity: Pearson correlation of its
    scores with the characters of a response, among the responses to one prompt (both less their mean). Ours.
    """

    needs = {
        "annotations": ["item_table", "item_id", "annotator_id", "aspect", "score"],
        "annotators": ["annotator_id", "model"],
        "responses": ["response_id", "prompt_id", "text", "model"],
    }

    max_annotators: PositiveInt = 100
    """Judges with figures for each aspect, in the order of their ids."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Up to two figures for each judge and aspect; `n` is the number of scores on its own model, or of all."""
        for aspect, annotator, what, value, n in query_tables(
            tables, [*self.needs], BIASES.format(most=self.max_annotators)
        ).fetchall():
            group = {"aspect": aspect, "annotator": annotator, "what": what}
            yield Figure(measure="rating_bias", group=group, value=round(value, DIGITS), n=n)


BIASES = """
WITH scores AS (
    SELECT a.aspect, a.annotator_id, who.model AS judge, r.response_id, r.prompt_id, r.model, length(r.text) AS length,
        avg(a.score) AS score
    FROM annotations a JOIN annotators who ON who.annotator_id = a.annotator_id
    JOIN responses r ON a.item_table = 'responses' AND r.response_id = a.item_id
    WHERE a.score IS NOT NULL GROUP BY ALL),
by_model AS (
    SELECT aspect, response_id, judge, sum(score) AS total, count(*) AS n FROM scores GROUP BY ALL),
apart AS (
    SELECT s.aspect, s.annotator_id, s.model = s.judge AS own, s.score - sum(o.total) / sum(o.n) AS distance
    FROM scores s JOIN by_model o ON o.aspect = s.aspect AND o.response_id = s.response_id AND o.judge <> s.judge
    WHERE s.model IS NOT NULL GROUP BY s.aspect, s.annotator_id, s.response_id, s.model, s.judge, s.score),
centred AS (
    SELECT aspect, annotator_id, score - avg(score) OVER pool AS score, length - avg(length) OVER pool AS length
    FROM scores WINDOW pool AS (PARTITION BY aspect, annotator_id, prompt_id)),
figures AS (
    SELECT aspect, annotator_id, 'own model' AS what,
        avg(distance) FILTER (own) - avg(distance) FILTER (NOT own) AS value, count(*) FILTER (own) AS n
    FROM apart GROUP BY ALL
    UNION ALL
    SELECT aspect, annotator_id, 'length',
        CASE WHEN var_pop(score) > 1e-12 AND var_pop(length) > 1e-12 THEN corr(score, length) END, count(*)
    FROM centred GROUP BY ALL)
SELECT aspect, annotator_id, what, value, n FROM figures WHERE isfinite(value)
QUALIFY dense_rank() OVER (PARTITION BY aspect ORDER BY annotator_id) <= {most} ORDER BY ALL
"""
