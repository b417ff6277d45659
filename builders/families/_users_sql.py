"""What users prefer, and the pairs of a survey that tell them apart, as SQL."""

from __future__ import annotations

from ...schemas.rows.preferences import DIRECT
from ...validators.stats.user_scores import SCORES

OF_TABLES = {"annotations": "annotations", "responses": "responses"}

LABELS = f"""
WITH base AS (SELECT 'base' AS user_id, {{base}} AS weights),
by_rule AS ({SCORES.format(users="users", **OF_TABLES)}),
by_all AS ({SCORES.format(users="base", **OF_TABLES)}),
drawn AS (
    SELECT *, CASE WHEN md5('{{draw}}/' || comparison_id) < '8' THEN 'first' ELSE 'second' END AS drawn
    FROM comparisons),
originals AS (
    SELECT d.*, CASE WHEN f.score > s.score THEN 'first' WHEN f.score < s.score THEN 'second'
        WHEN f.score = s.score THEN drawn END AS original
    FROM drawn d LEFT JOIN by_all f ON f.response_id = first_id LEFT JOIN by_all s ON s.response_id = second_id),
verdicts AS (
    SELECT o.*, u.user_id, f.score AS first_score, s.score AS second_score,
        CASE WHEN f.score > s.score THEN 'first' WHEN f.score < s.score THEN 'second'
            WHEN f.score = s.score THEN 'tie' END AS verdict
    FROM originals o CROSS JOIN users u
    LEFT JOIN by_rule f ON f.response_id = first_id AND f.user_id = u.user_id
    LEFT JOIN by_rule s ON s.response_id = second_id AND s.user_id = u.user_id
    WHERE u.annotator_id IS NULL
    UNION ALL
    SELECT o.*, u.user_id, NULL, NULL, a.label
    FROM originals o JOIN annotations a ON a.item_table = 'comparisons' AND a.item_id = comparison_id
    JOIN users u ON u.annotator_id = a.annotator_id WHERE a.aspect = '{DIRECT}' AND a.sample = 0),
preferred AS (
    SELECT *, CASE WHEN verdict IN ('first', 'second') THEN verdict WHEN verdict = 'tie' THEN drawn END AS preferred
    FROM verdicts),
labelled AS (
    SELECT *, coalesce(min(preferred) OVER pair <> max(preferred) OVER pair, false) AS controversial
    FROM preferred WINDOW pair AS (PARTITION BY comparison_id)),
survey AS (
    SELECT DISTINCT comparison_id, controversial, md5('{{draw}}/survey/' || comparison_id) AS place
    FROM labelled LEFT JOIN _splits s ON s.key = prompt_id WHERE coalesce(s.split, 'train') = 'train'
    ORDER BY controversial DESC, place
    LIMIT least({{survey}}, (SELECT count(*) // 2 FROM comparisons)))
SELECT comparison_id || '/' || user_id AS label_id, comparison_id, user_id, prompt_id, first_score, second_score,
    preferred, coalesce(verdict = 'tie', false) AS tied, original, preferred <> original AS reversed, controversial,
    comparison_id IN (SELECT comparison_id FROM survey) AS surveyed
FROM labelled ORDER BY prompt_id, comparison_id, user_id
"""
"""One label for each pair and user. At most half of the pairs are in the survey, so that others are left."""

VARIANTS = 64
"""Contexts that are drawn of each user; its labels share them, so that they do not grow with the pairs."""

CONTEXTS = f"""
WITH survey AS (SELECT user_id, comparison_id, preferred FROM labels WHERE surveyed AND preferred IS NOT NULL),
apart AS (
    SELECT u.user_id, o.user_id AS other, u.comparison_id
    FROM survey u JOIN survey o USING (comparison_id) WHERE u.preferred <> o.preferred),
variants AS (SELECT user_id, variant FROM users, range({VARIANTS}) r(variant)),
telling AS (
    SELECT DISTINCT user_id, variant, arg_min(comparison_id, md5(concat_ws('/', '{{draw}}', user_id, variant, other,
        comparison_id))) AS comparison_id
    FROM variants JOIN apart USING (user_id) GROUP BY user_id, variant, other),
ranked AS (
    SELECT v.user_id, v.variant, s.comparison_id, s.preferred, t.comparison_id IS NOT NULL AS tells,
        md5(concat_ws('/', '{{draw}}', v.user_id, v.variant, s.comparison_id)) AS drawn
    FROM variants v JOIN survey s USING (user_id)
    LEFT JOIN telling t ON t.user_id = v.user_id AND t.variant = v.variant AND t.comparison_id = s.comparison_id),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY user_id, variant ORDER BY tells DESC, drawn) AS place,
        greatest({{least}} + variant % ({{most}} - {{least}} + 1),
            count(*) FILTER (tells) OVER (PARTITION BY user_id, variant)) AS wanted
    FROM ranked),
shown AS (SELECT * FROM placed WHERE place <= least({{most}}, wanted)),
told_apart AS (
    SELECT user_id, variant, count(DISTINCT other) AS others
    FROM shown JOIN apart USING (user_id, comparison_id) GROUP BY ALL),
sets AS (
    SELECT user_id, variant,
        list({{{{'comparison_id': comparison_id, 'preferred': preferred}}}} ORDER BY drawn) AS pairs
    FROM shown GROUP BY ALL)
SELECT label_id, pairs, len(pairs) AS length,
    coalesce(others, 0) = (SELECT count(*) - 1 FROM users) AS identifies
FROM labels l JOIN sets s ON s.user_id = l.user_id AND s.variant = ('0x' || md5(label_id)[:4])::BIGINT % {VARIANTS}
LEFT JOIN told_apart t ON t.user_id = s.user_id AND t.variant = s.variant
WHERE NOT surveyed AND l.preferred IS NOT NULL ORDER BY label_id
"""
"""A context for each label outside the survey: for every other user a pair on which the two differ, then drawn ones."""
