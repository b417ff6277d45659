"""How far ratings from 0 to 100 of one variant are apart, as in the disagreement scores of PluriHarms.

Its release has the numbers and no formulas; these reproduce its mean, deviation, entropy and shares of low and high
ratings for all of its 150 prompts.
"""

from __future__ import annotations

from ...schemas.rows.variants import RATING
from .aggregates import DIGITS

VARIANT_SCORES = f"""
WITH rated AS (
    SELECT item_id AS variant_id, score, least(floor(score / 10), 9) AS part
    FROM annotations WHERE item_table = 'variants' AND aspect = '{RATING}' AND score IS NOT NULL
), parts AS (
    SELECT variant_id, count(*) / sum(count(*)) OVER (PARTITION BY variant_id) AS share
    FROM rated GROUP BY variant_id, part
), entropies AS (
    SELECT variant_id, greatest(-sum(share * ln(share)), 0) AS entropy FROM parts GROUP BY variant_id
)
SELECT variant_id, round(avg(score), {DIGITS}) AS mean, round(stddev_samp(score), {DIGITS}) AS deviation,
    round(any_value(entropy), {DIGITS}) AS entropy, round(avg(CAST(score < 30 AS INT)), {DIGITS}) AS low,
    round(avg(CAST(score > 70 AS INT)), {DIGITS}) AS high, count(*) AS n
FROM rated JOIN entropies USING (variant_id) GROUP BY variant_id ORDER BY variant_id
"""
"""SELECT of a row for each variant, over `annotations`."""
