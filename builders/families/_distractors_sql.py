"""Kinds and questions that follow from what annotators and writers said, as SELECTs over what curation left."""

from __future__ import annotations

TAGGINGS = """
WITH last AS (
    SELECT utterance_id, annotator_id, arg_max(list_sort(kinds), round) AS kinds, max(round) AS round
    FROM adjudications GROUP BY ALL),
voters AS (
    SELECT utterance_id, count(*) AS n, count(DISTINCT kinds) = 1 AS unanimous
    FROM last WHERE len(kinds) > 0 GROUP BY utterance_id),
votes AS (
    SELECT utterance_id, kind, count(*) AS votes
    FROM (SELECT utterance_id, unnest(kinds) AS kind FROM last) GROUP BY ALL)
SELECT utterance_id, coalesce(list(kind ORDER BY kind) FILTER (votes * 2 >= n), []) AS kinds,
    (SELECT max(round) + 1 FROM last l WHERE l.utterance_id = voters.utterance_id) AS rounds,
    any_value(unanimous) AS unanimous, any_value(n) AS n
FROM voters JOIN votes USING (utterance_id) GROUP BY utterance_id ORDER BY utterance_id
"""
QUESTIONS = """
WITH sets AS (
    SELECT utterance_id, language,
        any_value({{'text': text, 'is_right': true, 'reading_id': reading_id}}) FILTER (is_right) AS answer,
        list({{'text': text, 'is_right': false, 'reading_id': reading_id}}
            ORDER BY md5(reading_id || '/{seed}'), reading_id) FILTER (NOT is_right) AS wrong,
        list({{'table': 'readings', 'key': reading_id}} ORDER BY reading_id) AS readings
    FROM readings GROUP BY ALL HAVING count_if(is_right) = 1 AND count(*) = {options}),
placed AS (
    SELECT *, (row_number() OVER (PARTITION BY language ORDER BY md5(utterance_id || '/{seed}'), utterance_id) - 1)
        % {options} AS place
    FROM sets),
lettered AS (
    SELECT utterance_id, language, readings, place, 'easy' AS difficulty,
        wrong[1:place] || [answer] || wrong[place + 1:] AS options FROM placed
    UNION ALL
    SELECT utterance_id, language, readings, place, 'hard',
        CASE WHEN place = {options} - 1 THEN wrong ELSE wrong[1:place] || [answer] || wrong[place + 1:{options} - 2] END
            || [{{'text': '{none}', 'is_right': place = {options} - 1, 'reading_id': NULL}}] FROM placed)
SELECT concat_ws('/', utterance_id, difficulty, language) AS question_id, utterance_id, difficulty, language, options,
    chr((65 + place)::INTEGER) AS answer, {seed} AS shuffle_seed,
    [{{'table': 'utterances', 'key': utterance_id}}] || readings AS basis
FROM lettered ORDER BY question_id
"""
"""Answers go through the positions in turn, over utterances in an order that depends on the seed alone."""
GOLD = """
SELECT 'reading_questions' AS item_table, question_id AS item_id, u.text || chr(10) || 'What does it mean?' AS input,
    [o.text FOR o IN options] AS choices, list_filter(options, lambda o: o.is_right)[1].text AS answer
FROM reading_questions JOIN utterances u USING (utterance_id) WHERE difficulty = '{form}'
"""
