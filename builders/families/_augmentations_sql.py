"""Drift of edits, and the pairs of those that are accepted, as SQL."""

from __future__ import annotations

from ...schemas.rows.augmentations import NEUTRAL
from ...validators.stats.edit_drift import CHANGES, LEVELS

WORDS = r"len(regexp_extract_all({0}.text, '\S+'))"
DRIFTS = f"""
WITH levels AS ({LEVELS}), changes AS ({CHANGES})
SELECT e.edit_id, round(target_change, 6) AS target_change, round(other_change, 6) AS other_change,
    round({WORDS.format("c")} / greatest({WORDS.format("p")}, 1), 6) AS length_change,
    coalesce(CASE direction WHEN 'up' THEN target_change ELSE -target_change END >= {{min_move}}, false)
        AND coalesce(other_change, 0) <= {{max_drift}} AS accepted
FROM edits e JOIN responses p ON p.response_id = parent_id JOIN responses c ON c.response_id = child_id
LEFT JOIN changes USING (edit_id) ORDER BY e.edit_id
"""
PAIRS = rf"""
WITH accepted AS (
    SELECT e.*, a.name, target_change FROM edits e JOIN drifts USING (edit_id) JOIN attributes a USING (attribute_id)
    WHERE accepted),
causal AS (
    SELECT edit_id AS pair_id, prompt_id, parent_id, child_id, name AS objective, NULL AS context,
        CASE direction WHEN 'up' THEN 'second' ELSE 'first' END AS preferred, abs(target_change) AS margin, edit_id
    FROM accepted),
questions AS (
    SELECT prompt_id, "text", coalesce(split, 'train') AS split,
        list_distinct(regexp_extract_all(norm("text"), '\w+')) AS words
    FROM prompts LEFT JOIN _splits ON key = prompt_id),
irrelevant AS (
    SELECT edit_id, arg_min(o.text, md5('{{draw}}/' || edit_id || '/' || o.prompt_id)) AS question
    FROM accepted a JOIN questions q USING (prompt_id)
    JOIN questions o ON o.split = q.split AND o.prompt_id <> q.prompt_id AND norm(o.text) <> norm(q.text)
    WHERE {{neutrals}} AND len(list_intersect(q.words, o.words))
        <= {{max_similarity}} * len(list_distinct(list_concat(q.words, o.words)))
    GROUP BY edit_id),
neutral AS (
    SELECT edit_id || '/{NEUTRAL}', prompt_id, parent_id, child_id, '{NEUTRAL}', question, 'tie', NULL, edit_id
    FROM accepted JOIN irrelevant USING (edit_id))
SELECT pair_id, prompt_id, parent_id AS first_id, child_id AS second_id, objective, context, preferred, margin,
    NULL AS first_score, NULL AS second_score, NULL AS agreement, [] AS distribution, 0 AS n,
    [{{{{'table': 'edits', 'key': edit_id}}}}, {{{{'table': 'drifts', 'key': edit_id}}}}] AS basis
FROM (FROM causal UNION ALL FROM neutral) ORDER BY pair_id
"""
"""The better of parent and child by attribute, and both as a tie under the question of another prompt of their split.

A pair belongs to the prompt of its parent, so that it is in the parent's split, whatever question it is shown under.
"""
