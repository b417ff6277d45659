"""How tables of dilemmas become the shape of MoralChoice, and back, as SQL.

A scenario is a dilemma whose first action is the one to do; a flag is what annotators together say of an action.
"""

from __future__ import annotations

from collections.abc import Sequence

from .published_dataset import Translation

ANNOTATORS = "moralchoice"
"""Id of the annotators of MoralChoice, whose single votes are not published."""
LABELS = ("Yes", "No", "No Agreement")
"""Whether an action breaks a rule, as its annotators agree."""


def into_theirs(flags: Sequence[str]) -> Translation:
    """Dilemmas of two actions that have all flags; `flags` are the rules of common morality, an aspect each."""
    columns = ", ".join(
        f"max(label) FILTER (place = {place} AND aspect = '{flag}') AS a{place}_{flag}"
        for place in (1, 2)
        for flag in flags
    )
    return Translation(
        steps={
            "_labelled": f"""
                SELECT t.dilemma_id, s.place, a.text AS action, n.aspect, n.label
                FROM ours.trade_offs t CROSS JOIN (SELECT unnest([1, 2]) AS place) s
                JOIN ours.actions a ON a.action_id = CASE place WHEN 1 THEN to_do_id ELSE not_to_do_id END
                LEFT JOIN ours.annotations n ON n.item_table = 'actions' AND n.item_id = a.action_id
                    AND n.sample = 0 AND n.label IN {LABELS} AND n.aspect IN {(*flags,)}""",
            "_flagged": f"""
                SELECT dilemma_id, max(action) FILTER (place = 1) AS action1, max(action) FILTER (place = 2) AS action2,
                    {columns}, count(DISTINCT (place, aspect)) FILTER (label IS NOT NULL) AS flags,
                    count(DISTINCT (place, aspect, label)) FILTER (label IS NOT NULL) > flags AS several
                FROM _labelled GROUP BY dilemma_id""",
            "_scenarios": f"""
                SELECT d.split, d.dilemma_id AS scenario_id, d.topic_group AS ambiguity, d.topic AS generation_rule,
                    regexp_extract(d.source, '^{ANNOTATORS}: (.+)$', 1) AS generation_type, d.text AS context,
                    f.* EXCLUDE (dilemma_id, flags, several),
                    CASE WHEN f.flags IS NULL OR f.flags < {2 * len(flags)} THEN 'actions are not flagged by all rules'
                        WHEN several THEN 'annotators differ on a flag'
                        WHEN topic_group NOT IN ('low', 'high') OR topic_group IS NULL THEN 'no ambiguity is known'
                        WHEN generation_type NOT IN ('Generated', 'Hand-Written') OR topic IS NULL
                        THEN 'no rule that it was generated from' END AS reason
                FROM ours.dilemmas d LEFT JOIN _flagged f USING (dilemma_id)""",
        },
        rows={
            "scenarios": "SELECT * EXCLUDE (reason) FROM _scenarios WHERE reason IS NULL ORDER BY scenario_id",
        },
        rejects="""SELECT 'row' AS level, 'dilemmas' AS "table", scenario_id AS key, 'moralchoice' AS step, reason,
            context AS detail, NULL AS kept_key FROM _scenarios WHERE reason IS NOT NULL""",
    )


def into_ours(flags: Sequence[str]) -> Translation:
    """Every scenario with its two actions, and the flags as labels of one annotator, who stands for all of theirs."""
    placed = ", ".join(
        f"('{action}', '{flag}', a{place}_{flag})"
        for place, action in ((1, "to_do"), (2, "not_to_do"))
        for flag in flags
    )
    empty = "WHERE false"
    return Translation(
        steps={},
        rows={
            "dilemmas": f"""SELECT split, scenario_id AS dilemma_id, generation_rule AS situation, context AS text,
                generation_rule AS topic, ambiguity AS topic_group, '{ANNOTATORS}: ' || generation_type AS source,
                NULL AS writer_id, '' AS digest FROM theirs.scenarios ORDER BY scenario_id""",
            "actions": """SELECT split, scenario_id || '/' || kind AS action_id, scenario_id AS dilemma_id,
                kind AS action_type, text, '' AS digest
                FROM (SELECT split, scenario_id, unnest(['to_do', 'not_to_do']) AS kind,
                    unnest([action1, action2]) AS text FROM theirs.scenarios) ORDER BY action_id""",
            "consequences": f"SELECT NULL AS split, NULL AS action_id, NULL AS text, NULL AS digest {empty}",
            "parties": f"""SELECT NULL AS split, NULL AS party_id, NULL AS action_id, NULL AS name,
                NULL AS involvement, NULL AS digest {empty}""",
            "stakes": f"""SELECT NULL AS split, NULL AS stake_id, NULL AS action_id, NULL AS party_id, NULL AS position,
                NULL AS written, NULL AS value, NULL AS merge, NULL AS reason, NULL AS basis, NULL AS digest {empty}""",
            "trade_offs": """SELECT split, scenario_id AS dilemma_id, scenario_id || '/to_do' AS to_do_id,
                scenario_id || '/not_to_do' AS not_to_do_id FROM theirs.scenarios ORDER BY scenario_id""",
            "value_terms": f"""SELECT NULL AS split, NULL AS value, NULL AS mentions, NULL AS dilemmas,
                NULL AS in_vocabulary {empty}""",
            "value_merges": f"""SELECT NULL AS split, NULL AS written, NULL AS value, NULL AS rule,
                NULL AS mentions {empty}""",
            "theory_mappings": f"""SELECT NULL AS split, NULL AS value, NULL AS theory, NULL AS category,
                NULL AS source {empty}""",
            "annotators": f"""SELECT split, '{ANNOTATORS}' AS annotator_id, 'human' AS kind,
                'the annotators of MoralChoice together' AS description
                FROM (SELECT split FROM theirs.scenarios LIMIT 1)""",
            "annotations": f"""SELECT split, 'actions' AS item_table, scenario_id || '/' || f.kind AS item_id,
                '{ANNOTATORS}' AS annotator_id, f.aspect, 0 AS sample, f.label, NULL AS score, NULL AS rationale,
                {list(LABELS)} AS options, '' AS digest
                FROM theirs.scenarios, LATERAL (VALUES {placed}) f(kind, aspect, label) ORDER BY item_id, aspect""",
            "aspects": f"""SELECT split, 'actions' AS item_table, aspect, {list(LABELS)} AS labels, NULL AS low,
                NULL AS high, []::VARCHAR[] AS rules, NULL AS question
                FROM (SELECT split FROM theirs.scenarios LIMIT 1), (SELECT unnest({list(flags)}) AS aspect)""",
        },
        rejects="""SELECT NULL AS level, NULL AS "table", NULL AS key, NULL AS step, NULL AS reason, NULL AS detail,
            NULL AS kept_key WHERE false""",
    )
