"""How verified completions are ranked, as a SELECT over what curation left."""

from __future__ import annotations

RANKINGS = """
WITH rated AS (
    SELECT c.prompt_id, c.completion_id, v.counterfactual_id IS NULL AS of_prompt, avg(a.score) AS fit
    FROM annotations a JOIN verifications v ON a.item_table = 'verifications' AND a.item_id = v.verification_id
    JOIN completions c ON c.completion_id = v.completion_id
    WHERE a.aspect = 'fit' AND a.score IS NOT NULL GROUP BY ALL),
shares AS (SELECT *, fit / sum(fit) OVER (PARTITION BY prompt_id, of_prompt) AS share FROM rated),
compared AS (
    SELECT f.prompt_id, f.completion_id, f.share AS p, c.share AS q, (p + q) / 2 AS m,
        coalesce((p * ln(p / m) + q * ln(q / m)) / 2, 0) AS divergence
    FROM shares f LEFT JOIN shares c ON c.completion_id = f.completion_id AND NOT c.of_prompt
    WHERE f.of_prompt),
scored AS (SELECT *, ln(p) - {alpha} * divergence AS score FROM compared),
cited AS (
    SELECT completion_id, list(DISTINCT a.label ORDER BY a.label)
        FILTER (a.aspect = 'principle' AND a.label NOT IN ('none', 'abstain')) AS principles,
        list(DISTINCT verification_id ORDER BY verification_id) AS verifications
    FROM verifications JOIN annotations a ON a.item_table = 'verifications' AND a.item_id = verification_id
    GROUP BY completion_id)
SELECT completion_id, prompt_id, round(p, 6) AS probability, round(q, 6) AS counterfactual_probability,
    round(greatest(divergence, 0), 6) AS divergence, round(score, 6) AS score,
    row_number() OVER (PARTITION BY prompt_id ORDER BY round(score, 6) DESC, completion_id) AS rank,
    coalesce(principles, []) AS principles,
    [{{'table': 'completions', 'key': completion_id}}] || list_transform(
        verifications, lambda v: {{'table': 'verifications', 'key': v}}) AS basis
FROM scored JOIN cited USING (completion_id) ORDER BY prompt_id, rank
"""
"""AMBEDKAR's c* = argmax log p(c) - alpha JS(p, p of the counterfactual). That p is a share of mean ratings, and that
each completion has its own term of the divergence, is ours."""
