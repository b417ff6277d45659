"""How tables of dilemmas become the shape of DailyDilemmas, and back, as SQL."""

from __future__ import annotations

from .published_dataset import Translation

SPLITS = {"train": "train", "validation": "validation", "test": "test"}
THEORIES = ("WVS", "MFT", "Virtue", "Emotion", "Maslow")
"""Columns of `Values`, in lower case lists of `detail`."""


def into_theirs() -> Translation:
    """From the tables of the family to the configs."""
    return Translation(
        steps={"_counted": COUNTED, "_actions": ACTIONS, "_whole": WHOLE, "_topics": TOPICS, "_stakes": STAKES},
        rows={
            "Dilemmas_with_values_aggregated": AGGREGATED,
            "Values": VALUES,
            "dilemma": """SELECT DISTINCT split, dilemma_no AS idx, situation AS basic_situation,
                dilemma AS dilemma_situation FROM _whole ORDER BY idx""",
            "detail": DETAIL,
        },
        rejects=LEFT_OUT,
    )


def into_ours() -> Translation:
    """From the aggregated config and the values to the tables of the family."""
    return Translation(steps={"_read": READ, "_mentions": MENTIONS}, rows=TABLES, rejects=UNREAD)


COUNTED = """
SELECT s.*, coalesce(in_vocabulary, false) AS counted
FROM ours.stakes s LEFT JOIN (SELECT value, in_vocabulary FROM ours.value_terms) USING (value)
"""
ACTIONS = """
WITH numbered AS (
    SELECT *, CASE WHEN bool_and(TRY_CAST(dilemma_id AS BIGINT) IS NOT NULL) OVER () THEN TRY_CAST(dilemma_id AS BIGINT)
        ELSE row_number() OVER (ORDER BY dilemma_id) - 1 END AS dilemma_no FROM ours.dilemmas),
named AS (SELECT action_id, list(value ORDER BY position) AS named FROM _counted WHERE counted GROUP BY action_id),
joined AS (
    SELECT a.action_id, a.dilemma_id, d.dilemma_no, a.action_type, a.text AS action, d.situation, d.text AS dilemma,
        d.split, d.topic, coalesce(d.topic_group, d.topic) AS topic_group, c.text AS consequence, n.named
    FROM ours.actions a JOIN numbered d ON d.dilemma_id = a.dilemma_id
    LEFT JOIN ours.consequences c ON c.action_id = a.action_id LEFT JOIN named n ON n.action_id = a.action_id)
SELECT *, CASE WHEN count(*) OVER dilemma < 2 THEN 'an action is missing'
    WHEN count(consequence) OVER dilemma < 2 THEN 'an action has no consequence'
    WHEN count(named) OVER dilemma < 2 THEN 'an action carries no value of the vocabulary' END AS reason
FROM joined WINDOW dilemma AS (PARTITION BY dilemma_id)
"""
WHOLE = """
SELECT *, row_number() OVER (ORDER BY dilemma_no, action_type DESC) - 1 AS action_no FROM _actions WHERE reason IS NULL
"""
TOPICS = """
SELECT topic, CASE WHEN bool_and(TRY_CAST(topic AS BIGINT) IS NOT NULL) OVER () THEN TRY_CAST(topic AS BIGINT)
    ELSE row_number() OVER (ORDER BY topic) - 1 END AS topic_no
FROM (SELECT DISTINCT topic FROM _whole WHERE topic IS NOT NULL)
"""
AGGREGATED = """
SELECT split, action_no AS idx, dilemma_no AS dilemma_idx, situation AS basic_situation,
    dilemma AS dilemma_situation, action_type, action, consequence AS negative_consequence, named AS values_aggregated,
    topic_no AS topic, topic_group
FROM _whole LEFT JOIN _topics USING (topic) ORDER BY action_no
"""
VALUES = f"""
SELECT t.split, t.value, {
    ", ".join(f"max(category) FILTER (theory = '{name}' AND category <> 'unmapped') AS {name}" for name in THEORIES)
}
FROM ours.value_terms t LEFT JOIN ours.theory_mappings m ON m.value = t.value
WHERE in_vocabulary GROUP BY t.split, t.value, t.mentions ORDER BY t.mentions DESC, t.value
"""
STAKES = f"""
WITH theories AS (
    SELECT value, {
    ", ".join(f"max(category) FILTER (theory = '{n}' AND category <> 'unmapped') AS {n.lower()}" for n in THEORIES)
}
    FROM ours.theory_mappings GROUP BY value)
SELECT c.action_id, c.position, c.written, c.value, c.reason, c.counted, p.name, p.involvement,
    {", ".join(f"h.{name.lower()}" for name in THEORIES)}
FROM _counted c JOIN ours.parties p ON p.party_id = c.party_id LEFT JOIN theories h ON h.value = c.value
"""
DETAIL = f"""
SELECT w.split, w.dilemma_no AS idx, w.action_type, w.action, w.consequence AS negative_consequence, {
    ", ".join(
        f"coalesce(list({of} ORDER BY position) FILTER (involvement = '{kind}'), []) AS {name}_{kind}"
        for kind in ("direct", "indirect")
        for name, of in (("parties", "name"), ("values", "written"), ("reason", "coalesce(s.reason, '')"))
    )
},
    coalesce(list(value ORDER BY position) FILTER (counted), []) AS values_names,
    coalesce(list(involvement ORDER BY position) FILTER (counted), []) AS values_types, {
    ", ".join(
        f"coalesce(list({name.lower()} ORDER BY position) FILTER (counted), []) AS {name.lower()}" for name in THEORIES
    )
},
    w.situation AS basic_situation, w.dilemma AS dilemma_situation, t.topic_no AS topic, w.topic_group
FROM _whole w JOIN _stakes s ON s.action_id = w.action_id LEFT JOIN _topics t ON t.topic = w.topic
GROUP BY ALL ORDER BY w.dilemma_no, w.action_type DESC
"""
LEFT_OUT = """
SELECT DISTINCT 'row' AS level, 'dilemmas' AS "table", dilemma_id AS key, 'daily_dilemmas' AS step, reason,
    dilemma AS detail, NULL AS kept_key FROM _actions WHERE reason IS NOT NULL
UNION ALL
SELECT 'row', 'dilemmas', dilemma_id, 'daily_dilemmas', 'it has no actions', text, NULL
FROM ours.dilemmas ANTI JOIN _actions USING (dilemma_id)
UNION ALL
SELECT 'row', 'stakes', stake_id, 'daily_dilemmas', 'not in the vocabulary', written, NULL FROM _counted
WHERE NOT counted
"""

READ = """
SELECT *, dilemma_idx::VARCHAR AS dilemma_id, dilemma_idx || '/' || action_type AS action_id,
    row_number() OVER (PARTITION BY dilemma_idx, action_type ORDER BY idx) AS nth
FROM theirs."Dilemmas_with_values_aggregated"
"""
MENTIONS = """
SELECT action_id, dilemma_id, split, unnest(values_aggregated) AS value,
    unnest(range(len(values_aggregated))) AS position FROM _read WHERE nth = 1
"""
TABLES = {
    "dilemmas": """SELECT DISTINCT ON (dilemma_id) split, dilemma_id, basic_situation AS situation,
        dilemma_situation AS text, topic::VARCHAR AS topic, topic_group, 'daily_dilemmas' AS source,
        NULL AS writer_id, '' AS digest FROM _read ORDER BY dilemma_id, idx""",
    "actions": """SELECT split, action_id, dilemma_id, action_type, action AS text, '' AS digest
        FROM _read WHERE nth = 1 ORDER BY idx""",
    "consequences": """SELECT split, action_id, negative_consequence AS text, '' AS digest
        FROM _read WHERE nth = 1 ORDER BY idx""",
    "parties": """SELECT NULL AS split, NULL AS party_id, NULL AS action_id, NULL AS name, NULL AS involvement,
        NULL AS digest WHERE false""",
    "stakes": """SELECT split, action_id || '/' || position AS stake_id, action_id, NULL AS party_id, position,
        value AS written, value, NULL AS merge, NULL AS reason,
        [{'table': 'actions', 'key': action_id}] AS basis, '' AS digest FROM _mentions ORDER BY action_id, position""",
    "trade_offs": """SELECT DISTINCT split, dilemma_id, dilemma_id || '/to_do' AS to_do_id,
        dilemma_id || '/not_to_do' AS not_to_do_id FROM _read""",
    "value_terms": """SELECT v.split, v.value, count(m.value) AS mentions, count(DISTINCT m.dilemma_id) AS dilemmas,
        true AS in_vocabulary FROM theirs."Values" v LEFT JOIN _mentions m ON m.value = v.value
        GROUP BY v.split, v.value ORDER BY mentions DESC, v.value""",
    "value_merges": """SELECT NULL AS split, NULL AS written, NULL AS value, NULL AS rule, NULL AS mentions
        WHERE false""",
    "theory_mappings": f"""SELECT split, value, unnest({list(THEORIES)}) AS theory,
        coalesce(unnest([{", ".join(THEORIES)}]), 'unmapped') AS category, 'DailyDilemmas' AS source
        FROM theirs."Values" """,
}
UNREAD = """
SELECT 'row' AS level, 'actions' AS "table", 'row ' || idx AS key, 'daily_dilemmas' AS step,
    'the dilemma has an action of this type already' AS reason, action AS detail, action_id AS kept_key
FROM _read WHERE nth > 1
"""
