"""How perspectives become the wide shape of CLASH, and back, as SQL."""

from __future__ import annotations

from .published_dataset import Translation
from .rows.perspectives import CHARACTER_TYPES

SPLITS = {"train": "train", "validation": "validation", "test": "test"}
CHARACTERS = {
    "straightforward/accept": "character - straightforward, accept",
    "straightforward/unaccept": "character - straightforward, unaccept",
    "simple/ambiguous": "character - simple, ambiguous",
    "swayed/yes": "character - swayed, yes",
    "swayed/no": "character - swayed, no",
    "shift/yes": "character - shift, yes",
    "shift/no": "character - shift, no",
    "half_shift/accept": "character - half-shift accept, ambiguous",
    "half_shift/unaccept": "character - half-shift unaccept, ambiguous",
    "false_shift/yes": "character - false-shift, yes",
    "false_shift/no": "character - false-shift, no",
}
"""Type of character -> the column of CLASH."""


def into_theirs() -> Translation:
    """From the tables of the family to a row for each case."""
    return Translation(steps={}, rows={"CLASH": WIDE}, rejects=LEFT_OUT)


def into_ours() -> Translation:
    """From a row for each case to the tables of the family."""
    return Translation(steps={"_long": LONG}, rows=TABLES, rejects=NOTHING)


def _literal(value: str | None) -> str:
    return "NULL" if value is None else f"'{value}'"


COLUMNS = ", ".join(f"""any_value(text) FILTER (type_id = '{of}') AS "{name}\"""" for of, name in CHARACTERS.items())
WIDE = f"""
WITH rationales AS (
    SELECT case_id, any_value(text) FILTER (verdict = 'acceptable') AS acceptable,
        any_value(text) FILTER (verdict = 'unacceptable') AS unacceptable FROM ours.rationales GROUP BY case_id),
characters AS (SELECT case_id, {COLUMNS} FROM ours.perspectives WHERE person = 'third' GROUP BY case_id)
SELECT c.split, c.case_id AS id, left(c.text, 60) AS title, 'unassigned' AS topic, c.source, c.text AS situation,
    c.action, r.acceptable, r.unacceptable, p.* EXCLUDE case_id
FROM ours.cases c JOIN rationales r ON r.case_id = c.case_id LEFT JOIN characters p ON p.case_id = c.case_id
WHERE r.acceptable IS NOT NULL AND r.unacceptable IS NOT NULL ORDER BY c.case_id
"""
LEFT_OUT = """
SELECT 'row' AS level, 'perspectives' AS "table", perspective_id AS key, 'clash' AS step,
    'it is in the first person' AS reason, text AS detail, NULL AS kept_key FROM ours.perspectives
WHERE person = 'first'
"""
LONG = " UNION ALL ".join(
    f"""SELECT split, id, '{each.type_id}' AS type_id, "{CHARACTERS[each.type_id]}" AS text,
    {_literal(each.current)} AS current, {_literal(each.previous)} AS previous,
    {_literal(each.discomfort)} AS discomfort FROM theirs.CLASH"""
    for each in CHARACTER_TYPES
)
TYPES = ", ".join(
    f"({', '.join(map(_literal, (t.type_id, t.category, t.variant, t.current, t.previous, t.discomfort)))})"
    for t in CHARACTER_TYPES
)
TABLES = {
    "cases": """SELECT split, id AS case_id, situation AS text, action, NULL AS licence, source, '' AS digest
        FROM theirs.CLASH ORDER BY id""",
    "rationales": """SELECT split, id || '/' || verdict AS rationale_id, id AS case_id, verdict, text, '' AS digest
        FROM (SELECT split, id, unnest(['acceptable', 'unacceptable']) AS verdict,
            unnest([acceptable, unacceptable]) AS text FROM theirs.CLASH) ORDER BY id, verdict""",
    "character_types": f"""SELECT NULL AS split, *, true AS included
        FROM (VALUES {TYPES}) t(type_id, category, variant, current, previous, discomfort)""",
    "perspectives": """SELECT split, id || '/' || type_id || '/third' AS perspective_id, id AS case_id, type_id,
        'third' AS person, text, current, previous, discomfort, NULL AS writer_id,
        [{'table': 'rationales', 'key': id || '/acceptable'}, {'table': 'rationales', 'key': id || '/unacceptable'}]
            AS basis, '' AS digest FROM _long WHERE text IS NOT NULL ORDER BY id, type_id""",
    "style_rules": """SELECT NULL AS split, NULL AS rule_id, NULL AS applies_to, NULL AS pattern, NULL AS must_match,
        NULL AS meaning WHERE false""",
}
NOTHING = """
SELECT NULL AS level, NULL AS "table", NULL AS key, NULL AS step, NULL AS reason, NULL AS detail, NULL AS kept_key
WHERE false
"""
