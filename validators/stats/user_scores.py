"""How a user scores responses: one definition for the family that labels and for the check that recomputes."""

from __future__ import annotations

from ...schemas.rows.users import LENGTH

ROUND = 9
"""Decimals of a score: equal sums of doubles may differ in the last digits."""
VALUES = rf"""
SELECT item_id AS response_id, aspect AS attribute, avg(score) AS value FROM {{annotations}}
WHERE item_table = 'responses' AND score IS NOT NULL GROUP BY ALL
UNION ALL
SELECT response_id, '{LENGTH}', CAST(len(regexp_extract_all("text", '\S+')) AS DOUBLE) FROM {{responses}}
"""
SCORES = f"""
SELECT user_id, response_id,
    CASE WHEN count(value) = any_value(wanted) THEN round(fsum(w.weight * value), {ROUND}) END AS score
FROM (SELECT user_id, len(weights) AS wanted, unnest(weights) AS w FROM {{users}})
CROSS JOIN (SELECT response_id FROM {{responses}})
JOIN ({VALUES}) v USING (response_id) WHERE v.attribute = w.attribute GROUP BY user_id, response_id
"""
"""SELECT of user_id, response_id and score: the sum of the mean ratings by weight, null or no row where one is missing.

`annotations`, `responses` and `users` are the names of the tables.
"""
