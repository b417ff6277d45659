"""Specifications, error scores and pairs under configurations, as SQL."""

from __future__ import annotations

from ...schemas.rows.configurations import (
    ADDRESSED,
    ALLOWED_ERROR,
    DISALLOWED_ERROR,
    HELPFULNESS,
    MOST_HELPFUL,
)

VOTED = """
SELECT item_id, {aspect} AS category FROM annotations
WHERE item_table = '{table}' AND aspect LIKE '{prefix}%' AND label IN ('yes', 'no')
GROUP BY item_id, aspect HAVING count(*) FILTER (label = 'yes') * 2 > count(*)
"""
"""The categories to which most annotators say yes."""
ASKED = VOTED.format(aspect="aspect[10:]", table="prompts", prefix="asks for ")
CONTAINED = VOTED.format(aspect="aspect[10:]", table="responses", prefix="contains ")

SPECIFICATIONS = f"""
SELECT prompt_id, coalesce(list(category ORDER BY category) FILTER (category IS NOT NULL), []) AS categories
FROM prompts LEFT JOIN ({ASKED}) ON item_id = prompt_id GROUP BY prompt_id ORDER BY prompt_id
"""
ERROR_SCORES = f"""
WITH contained AS ({CONTAINED}),
labelled AS (
    SELECT response_id, coalesce(list(category ORDER BY category) FILTER (category IS NOT NULL), []) AS categories
    FROM responses LEFT JOIN contained ON item_id = response_id GROUP BY response_id),
answered AS (
    SELECT item_id AS response_id,
        count(*) FILTER (aspect = '{ADDRESSED}' AND label = 'yes')
            > count(*) FILTER (aspect = '{ADDRESSED}' AND label = 'no') AS addressed,
        round(avg(score) FILTER (aspect = '{HELPFULNESS}') / {MOST_HELPFUL}, 6) AS helpfulness
    FROM annotations WHERE item_table = 'responses' GROUP BY item_id),
drawn AS (
    SELECT s.prompt_id, c.*, s.categories AS asked
    FROM specifications s CROSS JOIN configurations c
    QUALIFY row_number() OVER (PARTITION BY s.prompt_id ORDER BY md5('{{draw}}/' || s.prompt_id || '/' || config_id))
        <= {{most}})
SELECT r.response_id || '/' || config_id AS score_id, r.prompt_id, r.response_id, config_id,
    CASE WHEN list_sort(allowed) = list_sort(asked) THEN 'exact_match' WHEN len(allowed) = 0 THEN 'safe'
        WHEN list_has_all(allowed, asked) THEN 'superset' ELSE 'not_superset' END AS mode,
    addressed, l.categories, round(CASE WHEN addressed THEN 0 ELSE 1 END
        + {ALLOWED_ERROR} * len(list_intersect(l.categories, allowed))
        + {DISALLOWED_ERROR} * (len(l.categories) - len(list_intersect(l.categories, allowed))), 6) AS error,
    helpfulness
FROM responses r JOIN drawn USING (prompt_id) JOIN labelled l USING (response_id) JOIN answered USING (response_id)
ORDER BY score_id
"""
PAIRS = f"""
WITH best AS (
    SELECT prompt_id, config_id, arg_min(s, (error, place)) AS chosen, arg_max(s, (error, -place)) AS rejected
    FROM (SELECT s.*, place FROM error_scores s JOIN responses USING (response_id)) s GROUP BY ALL),
ordered AS (
    SELECT *, chosen.place < rejected.place AS in_order FROM best
    WHERE chosen.error < rejected.error AND chosen.error < {DISALLOWED_ERROR})
SELECT prompt_id || '/' || config_id AS pair_id, prompt_id,
    CASE WHEN in_order THEN chosen.response_id ELSE rejected.response_id END AS first_id,
    CASE WHEN in_order THEN rejected.response_id ELSE chosen.response_id END AS second_id, config_id AS objective,
    c.text AS context, CASE WHEN in_order THEN 'first' ELSE 'second' END AS preferred,
    round(rejected.error - chosen.error, 6) AS margin,
    -CASE WHEN in_order THEN chosen.error ELSE rejected.error END AS first_score,
    -CASE WHEN in_order THEN rejected.error ELSE chosen.error END AS second_score, NULL AS agreement,
    [] AS distribution, 0 AS n, [{{'table': 'error_scores', 'key': chosen.score_id}},
        {{'table': 'error_scores', 'key': rejected.score_id}}] AS basis
FROM ordered JOIN configurations c USING (config_id) ORDER BY pair_id
"""
"""The response with the lowest error against the one with the highest, unless both tie or all are disallowed."""
