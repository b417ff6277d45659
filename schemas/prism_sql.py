"""Rated responses as PRISM has them, as SQL over the tables of a run: every annotator has a conversation of one turn
about each prompt, and its response with the highest score is the chosen one."""

from __future__ import annotations


def nulls(columns: str) -> str:
    """Columns of which a run knows nothing."""
    return ", ".join(f"NULL AS {column}" for column in columns.split())


SCORES = """
SELECT annotator_id, r.prompt_id, response_id, place, r.text, model, {score} AS score
FROM ours.annotations a JOIN ours.responses r ON r.response_id = a.item_id
JOIN ours.aspects s ON s.item_table = a.item_table AND s.aspect = a.aspect
WHERE a.item_table = 'responses' AND a.score IS NOT NULL AND s.low IS NOT NULL AND s.high IS NOT NULL{objective}
GROUP BY ALL
"""
TO_100 = "round(1 + 99 * avg((a.score - s.low) / (s.high - s.low)), 2)"
"""A score on the scale of its aspect as one of PRISM: 1 to 100; the mean over aspects and samples."""
CONVERSATIONS = """
SELECT annotator_id, prompt_id, prompt_id || '/' || annotator_id AS conversation_id, max(score) AS best,
    CASE WHEN count(DISTINCT model) < 2 OR count(DISTINCT model) > 4 THEN 'not two to four models'
        WHEN count(*) FILTER (score = highest) > 1 THEN 'no response has the highest score alone' END AS reason
FROM (SELECT *, max(score) OVER (PARTITION BY annotator_id, prompt_id) AS highest FROM _scores) GROUP BY ALL
"""
SURVEY = f"""
SELECT a.annotator_id AS user_id, count(conversation_id) = 0 AS survey_only,
    count(conversation_id) AS num_completed_conversations, coalesce(country, 'unknown') AS study_locale,
    description AS self_description, age_band AS age, gender, education, occupation AS employment_status,
    {nulls("system_string marital_status english_proficiency study_id consent consent_age")},
    {nulls("lm_familiarity lm_indirect_use lm_direct_use lm_frequency_use")}, 'train' AS split
FROM ours.annotators a LEFT JOIN _conversations c ON c.annotator_id = a.annotator_id AND reason IS NULL
WHERE a.annotator_id IN (SELECT annotator_id FROM _scores) AND EXISTS (FROM _conversations WHERE reason IS NULL)
GROUP BY ALL ORDER BY user_id
"""
TYPE = """CASE WHEN topic IN ('values guided', 'controversy guided') THEN topic ELSE 'unguided' END"""
TALKS = f"""
SELECT conversation_id, annotator_id AS user_id, {TYPE} AS conversation_type, text AS opening_prompt,
    1 AS conversation_turns, {nulls("open_feedback included_in_balanced_subset")}, 'train' AS split
FROM _conversations JOIN ours.prompts USING (prompt_id) WHERE reason IS NULL ORDER BY conversation_id
"""
UTTERANCES = f"""
SELECT response_id || '/' || annotator_id AS utterance_id, conversation_id || '/0' AS interaction_id, conversation_id,
    annotator_id AS user_id, CAST(row_number() OVER (PARTITION BY conversation_id ORDER BY place) - 1 AS BIGINT)
        AS within_turn_id,
    {TYPE} AS conversation_type, model AS model_name, 0 AS turn, p.text AS user_prompt, s.text AS model_response, score,
    score = best AS if_chosen, {nulls("model_provider included_in_balanced_subset")}, 'train' AS split
FROM _scores s JOIN _conversations c USING (annotator_id, prompt_id) JOIN ours.prompts p USING (prompt_id)
WHERE reason IS NULL ORDER BY conversation_id, place
"""
LEFT_OUT = """
SELECT 'row' AS level, 'prompts' AS "table", prompt_id AS key, 'conversations' AS step, reason, annotator_id AS detail,
    NULL AS kept_key FROM _conversations WHERE reason IS NOT NULL ORDER BY key, detail
"""
