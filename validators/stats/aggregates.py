"""Aggregates of annotations by a named rule (majority, mean, soft), shares and their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from duckdb import DuckDBPyRelation

from ...schemas.rows.shared import ABSTAIN, Rule
from ..tables.sql import query, quote_literal

DIGITS = 6
"""Decimals of a score or share: sums of doubles differ in their last digits between runs."""
Z = 1.959963984540054
"""Standard deviations from the middle of a normal distribution to either end of its central 95%."""
AGGREGATES = f"""
votes AS (
    SELECT item_table, item_id, aspect, label, count(*) AS votes, fsum(score) AS total, count(score) AS scores,
        min(seq) AS seq
    FROM judged WHERE aspect IN (SELECT aspect FROM wanted) GROUP BY ALL),
items AS (
    SELECT item_table, item_id, aspect, min(min(seq)) OVER (PARTITION BY item_table, item_id) AS seq,
        coalesce(list_sort(list(struct_pack(less := -votes, label := label))
            FILTER (label <> '{ABSTAIN}')), []) AS ballots,
        coalesce(sum(votes) FILTER (label <> '{ABSTAIN}'), 0) AS labelled,
        coalesce(sum(votes) FILTER (label = '{ABSTAIN}'), 0) AS abstained,
        coalesce(sum(votes) FILTER (label = 'yes'), 0) AS yes,
        coalesce(sum(votes) FILTER (label IN ('yes', 'no')), 0) AS yes_or_no,
        coalesce(sum(scores) FILTER (label IS NULL), 0) AS scored, sum(scores) AS scores, fsum(total) AS total
    FROM votes GROUP BY item_table, item_id, aspect)
SELECT item_table, item_id, aspect, rule,
    CASE WHEN rule = 'majority' AND len(ballots) > 0 AND ballots[1].less < coalesce(ballots[2].less, 0)
        THEN ballots[1].label END AS label,
    CASE WHEN rule <> 'mean' THEN NULL
        WHEN scores > 0 THEN round(total / scores, {DIGITS})
        WHEN yes_or_no > 0 THEN round(yes / yes_or_no, {DIGITS}) END AS score,
    list_transform(CASE WHEN rule = 'soft' THEN ballots ELSE [] END,
        lambda b: struct_pack(label := b.label, share := round(-b.less / labelled, {DIGITS}))) AS distribution,
    CAST(labelled + scored AS BIGINT) AS n, CAST(abstained AS BIGINT) AS abstained
FROM items JOIN wanted USING (aspect) ORDER BY seq, item_table, item_id, aspect, rule
"""


def aggregates(annotations: DuckDBPyRelation, rules: Mapping[str, Sequence[Rule]]) -> DuckDBPyRelation:
    """The rows of `aggregates`: annotations aggregated by the rules of each aspect.

    `majority` is the label with most votes, null where two tie, and `soft` the share of each label, as commonly
    understood. `mean` is the mean score; for labels it is the share of yes among yes and no, which is ours: KaleidoSys
    (arXiv 2309.00779) has the probability that one model gives to yes there. Every annotation is a vote, also where
    an annotator gave several samples. Items come in the order of `_seq` where annotations have it, else by key.
    """
    pairs = [f"({quote_literal(aspect)}, {quote_literal(rule)})" for aspect in rules for rule in rules[aspect]]
    wanted = f"SELECT * FROM (VALUES {', '.join(pairs) or '(NULL, NULL)'}) AS pairs(aspect, rule)"
    seq = "_seq" if "_seq" in annotations.columns else "NULL"
    return query(annotations, f"WITH wanted AS ({wanted}), judged AS (SELECT *, {seq} AS seq FROM rows), {AGGREGATES}")


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95% interval of the share of hits in n > 0 (Wilson 1927): holds near 0 and 1 too."""
    middle, half = hits + Z**2 / 2, Z * (hits * (n - hits) / n + Z**2 / 4) ** 0.5
    return round(max(0.0, (middle - half) / (n + Z**2)), DIGITS), round(min(1.0, (middle + half) / (n + Z**2)), DIGITS)
