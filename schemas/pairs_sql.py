"""Preference pairs as text, and the reasons why a pair is in no export: SQL over the tables of a run."""

from __future__ import annotations

from collections.abc import Mapping

from .published_dataset import Translation

PAIRS = """
SELECT pair.split, pair_id, pair.prompt_id, objective, context, preferred, margin, agreement, distribution, n, p.text
        AS prompt, list_concat(p.turns, [{{'role': 'user', 'content': p.text}}]) AS messages, first_id, second_id,
    f.text AS first, s.text AS second, f.model AS first_model, s.model AS second_model, first_score, second_score,
    f.place AS first_place, s.place AS second_place,
    CASE preferred WHEN 'second' THEN s.text ELSE f.text END AS chosen,
    CASE preferred WHEN 'second' THEN f.text ELSE s.text END AS rejected,
    CASE preferred WHEN 'second' THEN second_score ELSE first_score END AS chosen_score,
    CASE preferred WHEN 'second' THEN first_score ELSE second_score END AS rejected_score,
    CASE WHEN {other} THEN 'another objective'
        WHEN preferred IS NULL THEN 'the annotators do not decide it'
        WHEN preferred = 'tie' THEN 'a tie'
        WHEN preferred = 'incomparable' THEN 'incomparable'
        WHEN preferred = 'depends' THEN 'it depends'
        WHEN agreement < {min_agreement} THEN 'agreement below the minimum'
        WHEN margin < {min_margin} THEN 'margin below the minimum'
        WHEN norm(first) = norm(second) THEN 'both responses are equal' END AS reason
FROM ours.pairs pair JOIN ours.prompts p ON p.prompt_id = pair.prompt_id
JOIN ours.responses f ON f.response_id = first_id JOIN ours.responses s ON s.response_id = second_id
"""
DECIDED = "(SELECT * FROM _pairs WHERE reason IS NULL ORDER BY pair_id)"
"""The pairs of which one response is chosen."""
LEFT_OUT = """
SELECT 'row' AS level, 'pairs' AS "table", pair_id AS key, 'chosen and rejected' AS step, reason,
    objective || ': ' || coalesce(preferred, 'undecided') AS detail, NULL::VARCHAR AS kept_key
FROM _pairs WHERE reason IS NOT NULL ORDER BY reason, key
"""
NOTHING = """
SELECT '' AS level, '' AS "table", '' AS key, '' AS step, '' AS reason, '' AS detail, '' AS kept_key WHERE false
"""
"""The rejects of a translation that leaves nothing out."""


def answer(column: str) -> str:
    """SQL of a text column as the message of an assistant."""
    return f"[{{'role': 'assistant', 'content': {column}}}]"


def chosen_and_rejected(
    rows: Mapping[str, str],
    objective: str | None = None,
    min_agreement: float = 0,
    min_margin: float = 0,
    steps: Mapping[str, str] | None = None,
    rejects: str = LEFT_OUT,
) -> Translation:
    """Configs made of decided pairs; every pair that is not decided is a reject with its reason."""
    other = "false" if objective is None else f"objective <> '{objective.replace(chr(39), 2 * chr(39))}'"
    pairs = PAIRS.format(other=other, min_agreement=float(min_agreement), min_margin=float(min_margin))
    return Translation(steps={"_pairs": pairs, **(steps or {})}, rows=rows, rejects=rejects)
