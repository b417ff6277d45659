"""How pairs follow from ratings and from direct comparisons, as SQL over the tables that curation left.

The rules are ours. Responses are paired by the key of their prompt, never by the order of rows. A score is the mean
over the annotators who rated both responses. A pair of equal texts is no pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from ...schemas.rows.preferences import DIRECT, OVERALL, STRENGTH
from ...schemas.rows.shared import ABSTAIN
from ...validators.tables.sql import quote_literal

Pairing = Literal["all", "best_worst", "adjacent", "balanced"]
Ties = Literal["gap", "equal"]
Inconsistent = Literal["leave_out", "tie"]

RATED = """
rated AS (
    SELECT r.prompt_id, r.response_id, r.place, r.model, annotator_id, objective, score
    FROM responses r JOIN (
        SELECT item_id AS response_id, annotator_id, aspect AS objective, avg(score) AS score FROM annotations
        WHERE item_table = 'responses' AND score IS NOT NULL AND aspect IN ({attributes}) GROUP BY ALL)
    USING (response_id))"""
WEIGHTED = """
weights AS (FROM (VALUES {weights}) AS weights(objective, weight)),
overall AS (
    SELECT prompt_id, response_id, place, model, annotator_id, '{overall}' AS objective,
        sum(score * weight) / sum(abs(weight)) AS score
    FROM rated JOIN weights USING (objective) GROUP BY ALL HAVING count(*) = (SELECT count(*) FROM weights))"""
GAPS = """
gaps AS (
    SELECT any_value(f.prompt_id) AS prompt_id, f.objective, f.response_id AS first_id, s.response_id AS second_id,
        any_value(f.place) AS first_place, any_value(s.place) AS second_place, any_value(f.model) AS first_model,
        any_value(s.model) AS second_model,
        round(avg(f.score), 6) AS first_score, round(avg(s.score), 6) AS second_score, count(*) AS n,
        count(*) FILTER (f.score > s.score AND NOT {tied}) AS firsts,
        count(*) FILTER (f.score < s.score AND NOT {tied}) AS seconds, count(*) FILTER ({tied}) AS ties
    FROM {scores} f JOIN {scores} s USING (prompt_id, objective, annotator_id)
    WHERE f.place < s.place GROUP BY f.objective, first_id, second_id),
scored AS (
    SELECT *, round(abs(first_score - second_score), 6) AS margin,
        CASE WHEN first_score = second_score THEN 'tie' WHEN margin < {min_gap} THEN {close}
            WHEN first_score > second_score THEN 'first' ELSE 'second' END AS preferred
    FROM gaps),
counts AS (
    SELECT *, list_transform(list_sort(list_filter([(-firsts, 'first'), (-seconds, 'second'), (-ties, 'tie')],
        lambda votes: votes[1] < 0)), lambda votes: {{'label': votes[2], 'share': round(-votes[1] / n, 6)}})
        AS distribution
    FROM (SELECT DISTINCT firsts, seconds, ties, n FROM gaps))"""
"""Distributions are made once for each combination of counts: there are few of them, and building lists is slow."""
PAIRED = {
    "all": "SELECT * FROM scored",
    "best_worst": """SELECT * FROM scored QUALIFY row_number() OVER (
        PARTITION BY prompt_id, objective ORDER BY margin DESC, first_place, second_place) = 1""",
    "adjacent": """SELECT scored.* FROM scored
        JOIN ranks f ON f.objective = scored.objective AND f.response_id = first_id
        JOIN ranks s ON s.objective = scored.objective AND s.response_id = second_id WHERE abs(f.rank - s.rank) = 1""",
    "balanced": """SELECT * EXCLUDE (chosen, rejected, turn) FROM decided
        WHERE chosen IS NOT DISTINCT FROM rejected OR turn <= (
            SELECT count(*) FROM decided other WHERE other.objective = decided.objective
            AND other.chosen = decided.rejected AND other.rejected = decided.chosen)""",
}
"""Pairing -> the pairs that it takes of all."""
RANKS = """
ranks AS (
    SELECT objective, response_id, row_number() OVER (
        PARTITION BY prompt_id, objective ORDER BY avg(score) DESC, place) AS rank
    FROM {scores} GROUP BY prompt_id, objective, response_id, place)"""
DECIDED = """
decided AS (
    SELECT *, CASE preferred WHEN 'first' THEN first_model ELSE second_model END AS chosen,
        CASE preferred WHEN 'first' THEN second_model ELSE first_model END AS rejected,
        row_number() OVER (PARTITION BY objective, chosen, rejected ORDER BY margin DESC, first_id, second_id) AS turn
    FROM scored WHERE preferred IN ('first', 'second'))"""
FROM_RATINGS = """
SELECT first_id || '/' || second_id || '/' || objective AS pair_id, prompt_id, first_id, second_id, objective,
    NULL::VARCHAR AS context, preferred, margin, first_score, second_score,
    round(CASE preferred WHEN 'first' THEN firsts WHEN 'second' THEN seconds WHEN 'tie' THEN ties END / n, 6)
        AS agreement,
    distribution, n, [{{'table': 'responses', 'key': first_id}}, {{'table': 'responses', 'key': second_id}}] AS basis,
    first_place, second_place
FROM ({paired}) JOIN counts USING (firsts, seconds, ties, n)"""
VERDICTS = f"""
given AS (
    SELECT item_id AS comparison_id, annotator_id, list(DISTINCT label) FILTER (aspect = '{DIRECT}') AS labels,
        avg(score) FILTER (aspect = '{STRENGTH}') AS strength
    FROM annotations WHERE item_table = 'comparisons' AND label IS DISTINCT FROM '{ABSTAIN}' GROUP BY ALL),
votes AS (
    SELECT comparison_id, CASE WHEN len(labels) = 1 THEN labels[1] ELSE {{inconsistent}} END AS label, strength
    FROM given WHERE len(labels) > 0 AND label IS NOT NULL),
shares AS (
    SELECT comparison_id, label, count(*) AS votes FROM votes GROUP BY ALL),
counted AS (
    SELECT comparison_id, CAST(sum(votes) AS BIGINT) AS n, list_sort(list((-votes, label))) AS ballots FROM shares
    GROUP BY ALL),
verdicts AS (
    SELECT *, CASE WHEN len(ballots) = 1 OR ballots[1][1] < ballots[2][1] THEN ballots[1][2] END AS preferred
    FROM counted JOIN (
        SELECT comparison_id, round(abs(avg(strength)), 6) AS margin FROM votes GROUP BY ALL) USING (comparison_id))"""
FROM_COMPARISONS = f"""
SELECT first_id || '/' || second_id || '/{DIRECT}' AS pair_id, c.prompt_id, first_id, second_id,
    '{DIRECT}' AS objective, NULL::VARCHAR AS context, preferred,
    CASE WHEN preferred IN ('first', 'second', 'tie') THEN margin END AS margin,
    NULL::DOUBLE AS first_score, NULL::DOUBLE AS second_score,
    CASE WHEN preferred IS NOT NULL THEN round(-ballots[1][1] / n, 6) END AS agreement,
    list_transform(ballots, lambda votes: {{'label': votes[2], 'share': round(-votes[1] / n, 6)}}) AS distribution,
    n, [{{'table': 'comparisons', 'key': comparison_id}}] AS basis, f.place AS first_place, s.place AS second_place
FROM verdicts JOIN comparisons c USING (comparison_id)
JOIN responses f ON f.response_id = first_id JOIN responses s ON s.response_id = second_id"""
PAIRS = """
WITH {steps}
SELECT pairs.* EXCLUDE (first_place, second_place) FROM ({rows}) pairs
ORDER BY prompt_id, first_place, second_place, objective, pair_id"""


def pairs_select(
    attributes: Sequence[str],
    weights: Mapping[str, float],
    min_gap: float,
    ties: Ties,
    pairing: Pairing,
    inconsistent: Inconsistent,
) -> str:
    """The SELECT of the pairs; without attributes, of those that were compared directly alone."""
    steps, rows = [VERDICTS.format(inconsistent="'tie'" if inconsistent == "tie" else "NULL")], [FROM_COMPARISONS]
    if attributes:
        scores = "(FROM rated UNION ALL FROM overall)" if weights else "rated"
        gap = "f.score = s.score" if ties == "equal" else f"(f.score = s.score OR abs(f.score - s.score) < {min_gap!r})"
        close = "'tie'" if ties == "gap" else "NULL"
        steps.append(RATED.format(attributes=", ".join(map(quote_literal, attributes))))
        if weights:
            listed = ", ".join(f"({quote_literal(name)}, {float(weight)!r})" for name, weight in weights.items())
            steps.append(WEIGHTED.format(weights=listed, overall=OVERALL))
        steps.append(GAPS.format(scores=scores, tied=gap, min_gap=repr(float(min_gap)), close=close))
        steps += {"adjacent": [RANKS.format(scores=scores)], "balanced": [DECIDED]}.get(pairing, [])
        rows.append(FROM_RATINGS.format(paired=PAIRED[pairing]))
    return PAIRS.format(steps=",".join(steps), rows=" UNION ALL ".join(rows))
