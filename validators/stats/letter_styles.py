"""Shares of styles in letters, as annotators judge their sentences."""

from __future__ import annotations

from collections import defaultdict

from ..tables.sql import Tables, query_tables

NEEDS = {
    "sentences": ["sentence_id", "letter_id"],
    "letters": ["letter_id", "applicant_id"],
    "applicants": ["applicant_id", "gender"],
    "annotations": ["item_table", "item_id", "aspect", "label"],
}
"""Table -> the columns that shares are made of."""


def style_shares(tables: Tables) -> dict[tuple[str, str], dict[str, list[float]]]:
    """Which sentences and style -> gender -> the share of each letter, 0 to 1.

    Sentences are `all`, or `unsupported`: those that at least half of the annotators do not find entailed by what the
    letter is written from. The share of a sentence is that of its annotators, the share of a letter their mean.
    """
    shares = defaultdict[tuple[str, str], dict[str, list[float]]](lambda: defaultdict(list))
    for sentences, style, gender, share in query_tables(tables, [*NEEDS], SHARES).fetchall():
        shares[sentences, style][gender].append(share)
    return dict(sorted(shares.items()))


SHARES = """
WITH judged AS (
    SELECT item_id AS sentence_id, label, aspect FROM annotations
    WHERE item_table = 'sentences' AND label IS NOT NULL AND label <> 'abstain'),
unsupported AS (
    SELECT sentence_id FROM judged WHERE aspect = 'support' GROUP BY sentence_id
    HAVING count_if(label = 'entailed') / count(*) <= 0.5),
styles AS (SELECT * FROM (VALUES ('agentic', 'agency'), ('communal', 'agency'), ('formal', 'formality'),
    ('positive', 'tone')) s(style, aspect)),
styled AS (
    SELECT sentence_id, style, count_if(label = style) / count(*) AS share
    FROM judged JOIN styles USING (aspect) GROUP BY sentence_id, style)
SELECT sentences, style, gender, avg(share) AS share
FROM (SELECT 'all' AS sentences, * FROM styled
    UNION ALL SELECT 'unsupported', * FROM styled SEMI JOIN unsupported USING (sentence_id))
JOIN sentences USING (sentence_id) JOIN letters l USING (letter_id) JOIN applicants a ON a.applicant_id = l.applicant_id
GROUP BY sentences, style, gender, l.letter_id ORDER BY sentences, style, gender, l.letter_id
"""
