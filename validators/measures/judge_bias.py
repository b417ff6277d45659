"""Whether judges prefer what their own model wrote, or what is longer."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ...schemas.rows.preferences import DIRECT
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, query_tables
from . import Measure


class JudgeBias(Measure):
    """Share of a judge's verdicts for the response of its own model, and for the longer response.

    Self-preference: of comparisons in which one side alone is by the model of the judge; `others` is the share of the
    verdicts of other models for that same side, without which a good model looks like a vain one. Length: of
    comparisons whose sides differ in length, in characters. Ties and other verdicts are left out. Ours.
    """

    needs = {
        "annotations": ["item_table", "item_id", "annotator_id", "aspect", "label"],
        "annotators": ["annotator_id", "model"],
        "comparisons": ["comparison_id", "first_id", "second_id"],
        "responses": ["response_id", "text", "model"],
    }

    max_annotators: PositiveInt = 100
    """Judges with figures, those with the most verdicts."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Up to three figures for each judge; `n` is the number of verdicts."""
        rows = query_tables(tables, list(self.needs), BIASES.format(most=self.max_annotators)).fetchall()
        for annotator, what, hits, n in rows:
            low, high = wilson(hits, n)
            group = {"annotator": annotator, "what": what}
            yield Figure(measure="judge_bias", group=group, value=round(hits / n, DIGITS), low=low, high=high, n=n)


BIASES = f"""
WITH verdicts AS (
    SELECT a.item_id, a.annotator_id, who.model, label, f.model AS first_model, s.model AS second_model,
        CASE WHEN length(f.text) > length(s.text) THEN 'first' WHEN length(f.text) < length(s.text) THEN 'second' END
        AS longer, a.label = 'first' AS first
    FROM annotations a JOIN annotators who ON who.annotator_id = a.annotator_id
    JOIN comparisons c ON c.comparison_id = a.item_id
    JOIN responses f ON f.response_id = c.first_id JOIN responses s ON s.response_id = c.second_id
    WHERE a.item_table = 'comparisons' AND a.aspect = '{DIRECT}' AND a.label IN ('first', 'second')),
own AS (
    SELECT *, CASE WHEN first_model = model THEN 'first' ELSE 'second' END AS own FROM verdicts
    WHERE model IS NOT NULL AND coalesce(first_model = model, false) <> coalesce(second_model = model, false)),
others AS (
    SELECT o.annotator_id, o.own, v.label FROM (SELECT DISTINCT annotator_id, item_id, own, model FROM own) o
    JOIN verdicts v ON v.item_id = o.item_id AND v.model IS DISTINCT FROM o.model),
biases AS (
    SELECT annotator_id, 'own model' AS what, label = own AS hit FROM own
    UNION ALL SELECT annotator_id, 'own model, by others', label = own FROM others
    UNION ALL SELECT annotator_id, 'longer response', label = longer FROM verdicts WHERE longer IS NOT NULL)
SELECT annotator_id, what, count(*) FILTER (hit) AS hits, count(*) AS n FROM biases
WHERE annotator_id IN (SELECT annotator_id FROM verdicts GROUP BY annotator_id ORDER BY count(*) DESC, annotator_id
    LIMIT {{most}})
GROUP BY ALL ORDER BY annotator_id, what
"""
