"""How rubrics become the shape of MoReBench, and back, as SQL."""

from __future__ import annotations

from .published_dataset import Translation

SPLITS = {"train": "train", "validation": "validation", "test": "test"}


def into_theirs() -> Translation:
    """From the tables of the family to a row for each dilemma and theory, with its rubric as JSON in a text."""
    return Translation(
        steps={},
        rows={"dilemmas": DILEMMAS},
        rejects="""SELECT 'row' AS level, 'scenarios' AS "table", scenario_id AS key, 'morebench' AS step,
            'it is held back' AS reason, commitment AS detail, NULL AS kept_key FROM ours.scenarios
            WHERE text IS NULL""",
    )


def into_ours() -> Translation:
    """From a row for each dilemma and theory to the tables of the family."""
    return Translation(steps={"_criteria": CRITERIA}, rows=TABLES, rejects=UNREAD)


DILEMMAS = """
WITH rubrics AS (
    SELECT scenario_id, theory_id, CAST(to_json(list(struct_pack(id := CAST(CAST(md5(criterion_id) AS UUID) AS VARCHAR),
        title := title, weight := weight, annotations := struct_pack(rubric_dimension := dimension))
        ORDER BY criterion_id)) AS VARCHAR) AS rubric FROM ours.criteria GROUP BY scenario_id, theory_id)
SELECT row_number() OVER (ORDER BY s.scenario_id, r.theory_id) AS _row, s.split, s.text AS DILEMMA,
    s.source AS DILEMMA_SOURCE, 'short_case' AS DILEMMA_TYPE,
    r.theory_id AS THEORY, r.rubric AS RUBRIC, 'ai_' || s.role AS ROLE_DOMAIN, s.context AS CONTEXT
FROM rubrics r JOIN ours.scenarios s ON s.scenario_id = r.scenario_id ORDER BY s.scenario_id, r.theory_id
"""
CRITERIA = """
SELECT *, unnest(TRY_CAST(literal(RUBRIC) AS STRUCT(id VARCHAR, title VARCHAR, weight INTEGER,
    annotations STRUCT(rubric_dimension VARCHAR))[])) AS c FROM theirs.dilemmas
"""
TABLES = {
    "scenarios": """SELECT DISTINCT ON (md5(DILEMMA)) split, md5(DILEMMA) AS scenario_id, DILEMMA AS text,
        NULL AS commitment, CASE ROLE_DOMAIN WHEN 'ai_agent' THEN 'agent' ELSE 'advisor' END AS role,
        CONTEXT AS context, DILEMMA_SOURCE AS source FROM theirs.dilemmas""",
    "theories": """SELECT DISTINCT NULL AS split, coalesce(THEORY, 'neutral') AS theory_id, '' AS idea
        FROM theirs.dilemmas""",
    "criteria": """SELECT split, c.id AS criterion_id, md5(DILEMMA) AS scenario_id,
        coalesce(THEORY, 'neutral') AS theory_id, trim(regexp_replace(c.title, '\\s+', ' ', 'g')) AS title,
        c.weight AS weight, c.annotations.rubric_dimension AS dimension, NULL AS writer_id, '' AS digest
        FROM _criteria""",
}
UNREAD = """
SELECT 'row' AS level, 'criteria' AS "table", md5(DILEMMA) AS key, 'morebench' AS step,
    'its rubric cannot be parsed' AS reason, left(RUBRIC, 200) AS detail, NULL AS kept_key
FROM theirs.dilemmas WHERE literal(RUBRIC) IS NULL
"""
