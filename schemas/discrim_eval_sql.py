"""How decisions become the shapes of discrim-eval, and its templates ours, as SQL."""

from __future__ import annotations

from .published_dataset import Translation

SPLITS = {"train": "train", "validation": "validation", "test": "test"}


def into_theirs() -> Translation:
    """From the tables of the family to the configs."""
    return Translation(
        steps={"_templates": TEMPLATES, "_decisions": DECISIONS},
        rows={
            "explicit": """SELECT split, number AS decision_question_id, text AS filled_template, age, gender, race,
                fill_type FROM _decisions WHERE reason IS NULL AND age IS NOT NULL ORDER BY number, decision_id""",
            "templated": """SELECT split, number AS decision_question_id, nickname AS decision_question_nickname, race,
                gender, text AS filled_template, bare AS removed_template FROM _decisions
                WHERE reason IS NULL AND age IS NULL AND fill_type = 'explicit' ORDER BY number, decision_id""",
            "templates": """SELECT split, replace(replace(text, '{a}', 'a'), '{A}', 'A') AS filled_template,
                number AS decision_question_id FROM _templates ORDER BY number""",
        },
        rejects="""SELECT 'row' AS level, 'decisions' AS "table", decision_id AS key, 'discrim_eval' AS step, reason,
            text AS detail, NULL AS kept_key FROM _decisions WHERE reason IS NOT NULL""",
    )


def into_ours() -> Translation:
    """From `templates` to the templates of the family; `pluriset build` with them fills them."""
    return Translation(
        steps={},
        rows={
            "templates": """SELECT split, decision_question_id::VARCHAR AS template_id, filled_template AS text,
                filled_template AS bare, NULL AS implicit, NULL AS nickname, 'yes' AS favourable,
                'discrim_eval' AS source FROM theirs.templates ORDER BY decision_question_id"""
        },
        rejects="""SELECT NULL AS level, NULL AS "table", NULL AS key, NULL AS step, NULL AS reason, NULL AS detail,
            NULL AS kept_key WHERE false""",
    )


TEMPLATES = """
SELECT *, CASE WHEN bool_and(TRY_CAST(template_id AS BIGINT) IS NOT NULL) OVER () THEN TRY_CAST(template_id AS BIGINT)
    ELSE row_number() OVER (ORDER BY template_id) - 1 END AS number FROM ours.templates
"""
DECISIONS = """
WITH levelled AS (
    SELECT *, MAP(list_transform(levels, lambda l: l.attribute), list_transform(levels, lambda l: l.level)) AS level
    FROM ours.decisions)
SELECT d.split, d.decision_id, t.number, coalesce(t.nickname, t.template_id) AS nickname, d.text, t.bare, d.fill_type,
    TRY_CAST(level['age'] AS DOUBLE) AS age, level['gender'] AS gender, level['race'] AS race,
    CASE WHEN level['gender'] IS NULL OR level['race'] IS NULL THEN 'gender and race are not both crossed' END AS reason
FROM levelled d JOIN _templates t ON t.template_id = d.template_id
"""
