"""Consensus, awareness and commonsensicality of statements and raters (Whiting and Watts, PNAS 2024).

The formulas are those of github.com/Watts-Lab/commonsense-llm-eval: the majority says yes from a share of 0.5 on, the
consensus of a statement is 2 * |share - 0.5|, and commonsensicality is the geometric mean of consensus and awareness.
"""

from __future__ import annotations

from ...schemas.rows.commonsense import AGREE, MOST_AGREE
from .aggregates import DIGITS

RATED = f"""
rated AS (
    SELECT item_id, annotator_id, sample,
        max(CAST(label = 'yes' AS INT)) FILTER (aspect = '{AGREE}') AS agrees,
        max(CAST(label = 'yes' AS INT)) FILTER (aspect = '{MOST_AGREE}') AS expects
    FROM annotations WHERE item_table = 'statements' AND label IN ('yes', 'no')
    GROUP BY item_id, annotator_id, sample HAVING agrees IS NOT NULL AND expects IS NOT NULL
), judged AS (
    SELECT *, avg(agrees) OVER (PARTITION BY item_id) AS share,
        CAST(avg(agrees) OVER (PARTITION BY item_id) >= 0.5 AS INT) AS majority
    FROM rated)"""
SCORED = f"""round(consensus, {DIGITS}) AS consensus, round(awareness, {DIGITS}) AS awareness,
    round(sqrt(consensus * awareness), {DIGITS}) AS commonsensicality, n"""
STATEMENT_SCORES = f"""
WITH {RATED}
SELECT statement_id, {SCORED} FROM (
    SELECT item_id AS statement_id, 2 * abs(any_value(share) - 0.5) AS consensus,
        avg(CAST(expects = majority AS INT)) AS awareness, count(*) AS n
    FROM judged GROUP BY item_id)
ORDER BY statement_id
"""
"""SELECT of a row for each statement, over `annotations`; every sample of an annotator is a rating of its own."""
RATER_SCORES = f"""
WITH {RATED}
SELECT annotator_id, {SCORED} FROM (
    SELECT annotator_id, avg(CAST(agrees = majority AS INT)) AS consensus,
        avg(CAST(expects = majority AS INT)) AS awareness, count(*) AS n
    FROM judged GROUP BY annotator_id)
ORDER BY annotator_id
"""
"""SELECT of a row for each rater, over `annotations`."""
