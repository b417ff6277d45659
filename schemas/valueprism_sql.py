"""How tables of values, rights and duties become ValuePrism's shape, and back, as SQL."""

from __future__ import annotations

from .published_dataset import Translation

GENERATIVE = "Name a value, right or duty that is at stake.\nSituation: {0}"
RELEVANCE = "Is it relevant in the situation? Yes or No.\nSituation: {0}\n{1}: {2}"
VALENCE = "Does it support or oppose what is done? Supports, Opposes or Either.\nSituation: {0}\n{1}: {2}"
EXPLANATION = "Explain why it is at stake.\nSituation: {0}\n{1}: {2}"

SPLITS = {"train": "train", "validation": "val", "test": "test"}
RELEVANT = 0.5
"""Mean relevance from which a statement is a positive of `relevance`."""
WINDOW, WINDOW_EACH = 32, 8
"""Candidates that are looked at for the negatives of a situation: so many, and so many more for each one wanted."""


def into_theirs(seed: int) -> Translation:
    """From the tables of the family to the configs; `seed` draws the negatives and the order of the mixture."""
    return Translation(
        steps={
            "_statements": STATEMENTS,
            "_full": f"SELECT *, {NUMBERS} FROM _statements WHERE reason IS NULL",
            "_listed": f"SELECT DISTINCT {NUMBERS} FROM _statements",
            "_positives": POSITIVES.format(seed=seed),
            "_alike": _negatives("_positives", "vrd", NOTHING, seed),
            "_rest": "SELECT * FROM _positives ANTI JOIN _alike USING (key)",
            "_any": _negatives("_rest", "'any'", "_alike", seed),
            "_pairs": "FROM _alike UNION ALL FROM _any",
        },
        rows={
            "full": f"SELECT split, situation, vrd, text, explanation, valence FROM _full {ORDER}",
            "generative": _task("_full", GENERATIVE, "vrd || ': ' || text"),
            "relevance": _task(RELEVANCE_ROWS, RELEVANCE, "answer"),
            "valence": _task("_full", VALENCE, "valence", "valence"),
            "explanation": _task("_full", EXPLANATION, "explanation"),
            "mixture": MIXTURE.format(seed=seed),
        },
        rejects=LEFT_OUT,
    )


def into_ours() -> Translation:
    """From `full` to the tables of the family."""
    return Translation(steps={"_read": READ}, rows=TABLES, rejects=UNREAD)


STATEMENTS = f"""
WITH stated AS (
    SELECT c.consideration_id AS key, c.situation_id, s.text AS situation, upper(c.kind[1]) || c.kind[2:] AS vrd,
        MAP {SPLITS}[s.split] AS split, list_position({list(SPLITS)}, s.split) AS rank, c.text, c.explanation,
        norm(s.text) AS about, norm(c.text) AS statement, upper(v.label[1]) || v.label[2:] AS valence,
        r.score AS relevance, coalesce(v.n, 0) AS judged, coalesce(v.abstained, 0) AS abstained
    FROM ours.considerations c LEFT JOIN ours.situations s USING (situation_id)
    LEFT JOIN ours.aggregates v ON v.item_table = 'considerations' AND v.item_id = c.consideration_id
        AND v.aspect = 'valence' AND v.rule = 'majority'
    LEFT JOIN ours.aggregates r ON r.item_table = 'considerations' AND r.item_id = c.consideration_id
        AND r.aspect = 'relevance' AND r.rule = 'mean'),
judged AS (
    SELECT *, CASE WHEN situation IS NULL THEN 'its situation is missing'
        WHEN split IS NULL THEN 'its split has no name in this shape'
        WHEN judged = 0 AND abstained = 0 THEN 'nobody judged its valence'
        WHEN judged = 0 THEN 'all abstained on its valence'
        WHEN valence IS NULL THEN 'the majority of its valence is a tie'
        WHEN valence NOT IN ('Supports', 'Opposes', 'Either') THEN 'its valence has no name in this shape' END AS reason
    FROM stated),
placed AS (
    -- A test set is worth more than the rows that leak into train: the latest split keeps the situation.
    SELECT * REPLACE (coalesce(reason, CASE WHEN rank < max(rank) OVER (PARTITION BY reason, about)
        THEN 'its situation is in another split too' END) AS reason)
    FROM judged),
single AS (
    SELECT * REPLACE (coalesce(reason, CASE WHEN min(valence) OVER same <> max(valence) OVER same
        THEN 'listed again with another valence' END) AS reason)
    FROM placed WINDOW same AS (PARTITION BY reason, about, vrd, statement))
SELECT * REPLACE (CASE WHEN reason IS NULL AND first_value(key) OVER same <> key
        THEN 'duplicate in listing' ELSE reason END AS reason),
    CASE WHEN reason IS NULL AND first_value(key) OVER same <> key THEN first_value(key) OVER same END AS kept_key
FROM single WINDOW same AS (PARTITION BY reason, about, vrd, statement ORDER BY situation_id, key)
"""

ORDER = "ORDER BY situation_id, vrd DESC, key"
"""Value, right, duty is their order, and that of the alphabet from its end."""

NUMBERS = "md5_number_lower(about) AS about_no, md5_number_lower(vrd || statement) AS statement_no"
"""Millions of candidates are compared by number; two texts of one number only make one of them no candidate."""

NOTHING = "(SELECT about_no, statement_no FROM _full WHERE false)"

POSITIVES = f"SELECT *, md5('{{seed}}/' || key) AS draw FROM _full WHERE relevance >= {RELEVANT}"

NEGATIVES = """
WITH wanted AS (
    SELECT key, split, {pool} AS pool, about_no,
        row_number() OVER (PARTITION BY split, {pool}, about_no ORDER BY draw, key) AS turn FROM {positives}),
ring AS (
    SELECT split, {pool} AS pool, vrd, text, statement_no, count(*) OVER (PARTITION BY split, {pool}) AS places,
        row_number() OVER (PARTITION BY split, {pool} ORDER BY md5('{seed}/' || key), key) - 1 AS place FROM _full),
-- Each situation starts at its own place of the ring and looks at a bounded number: pairs never grow with its square.
stretches AS (
    SELECT split, pool, about_no, places, md5_number_lower('{seed}/' || about_no) % places AS start,
        unnest(range(least(places, {window} + {each} * wanted))) AS step
    FROM (SELECT split, pool, about_no, count(*) AS wanted FROM wanted GROUP BY ALL)
    JOIN (SELECT DISTINCT split, pool, places FROM ring) USING (split, pool)),
found AS (
    SELECT s.split, s.pool, s.about_no, r.statement_no, min(s.step) AS step, arg_min(r.place, s.step) AS place
    FROM stretches s JOIN ring r ON r.split = s.split AND r.pool = s.pool AND r.place = (s.start + s.step) % s.places
    ANTI JOIN _listed l ON l.about_no = s.about_no AND l.statement_no = r.statement_no GROUP BY ALL),
drawn AS (
    SELECT *, row_number() OVER (PARTITION BY split, pool, about_no ORDER BY step) AS turn
    FROM found ANTI JOIN {used} USING (about_no, statement_no))
SELECT w.key, w.about_no, d.statement_no, r.vrd, r.text FROM wanted w JOIN drawn d USING (split, pool, about_no, turn)
JOIN ring r ON r.split = d.split AND r.pool = d.pool AND r.place = d.place
"""

RELEVANCE_ROWS = """(
    SELECT p.* REPLACE (n.vrd AS vrd, n.text AS text), 'No' AS answer FROM _positives p JOIN _pairs n USING (key)
    UNION ALL SELECT *, 'Yes' FROM _positives SEMI JOIN _pairs USING (key))"""

MIXTURE = """
SELECT split, situation, vrd, text, input, output FROM (FROM theirs.generative UNION ALL FROM theirs.relevance
    UNION ALL SELECT * EXCLUDE (valence) FROM theirs.valence UNION ALL FROM theirs.explanation)
ORDER BY md5('{seed}/' || input || output), input, output
"""

LEFT_OUT = f"""
SELECT 'row' AS level, 'considerations' AS "table", key, 'full' AS step, reason, vrd || ': ' || text AS detail,
    kept_key FROM _statements WHERE reason IS NOT NULL
UNION ALL
SELECT 'row', 'considerations', key, 'relevance', CASE WHEN relevance IS NULL THEN 'nobody judged its relevance'
    WHEN relevance < {RELEVANT} THEN 'mean relevance is below {RELEVANT}'
    ELSE 'no statement of another situation to pair it with' END, vrd || ': ' || text, NULL
FROM _full ANTI JOIN _pairs USING (key)
UNION ALL
SELECT 'seed', 'situations', situation_id, 'full', 'none of its considerations is left', text, NULL
FROM ours.situations ANTI JOIN _full USING (situation_id)
ORDER BY step, reason, key
"""

RENAMED = {published: split for split, published in SPLITS.items()}

READ = f"""
SELECT *, left(md5(concat_ws(chr(31), situation_id, kind, norm(text))), 16) AS consideration_id, CASE
    WHEN NOT coalesce(regexp_matches(situation, '\\S'), false) THEN 'the situation is missing'
    WHEN NOT coalesce(regexp_matches(text, '\\S'), false) THEN 'the text is missing'
    WHEN NOT coalesce(regexp_matches(explanation, '\\S'), false) THEN 'the explanation is missing'
    WHEN coalesce(kind, '') NOT IN ('value', 'right', 'duty') THEN 'neither value, right nor duty'
    WHEN coalesce(label, '') NOT IN ('supports', 'opposes', 'either') THEN 'no such valence' END AS reason
FROM (SELECT row_number() OVER () AS line, coalesce(MAP {RENAMED}[split], split) AS split,
    -- A situation that is in two splits stays two, so that checks can see the leak.
    left(md5(concat_ws(chr(31), split, situation)), 16) AS situation_id, situation, lower(trim(vrd)) AS kind, text,
    explanation, lower(trim(valence)) AS label FROM theirs."full")
"""

TABLES = {
    "situations": """
        SELECT split, situation_id, situation AS text, 'ValuePrism' AS source FROM _read WHERE reason IS NULL
        QUALIFY row_number() OVER (PARTITION BY situation_id ORDER BY line) = 1 ORDER BY line""",
    "considerations": """
        SELECT split, consideration_id, situation_id, kind, text, explanation, 'valueprism' AS writer_id, '' AS digest
        FROM _read WHERE reason IS NULL
        QUALIFY row_number() OVER (PARTITION BY consideration_id ORDER BY line) = 1 ORDER BY line""",
    "annotators": "SELECT 'train' AS split, 'valueprism' AS annotator_id, 'model' AS kind, 'GPT-4' AS model",
    # What is listed twice was judged twice: with two valences both are kept.
    "annotations": """
        SELECT split, 'considerations' AS item_table, consideration_id AS item_id, 'valueprism' AS annotator_id,
            'valence' AS aspect, row_number() OVER (PARTITION BY consideration_id ORDER BY line) - 1 AS sample, label,
            []::VARCHAR[] AS options, '' AS digest
        FROM _read WHERE reason IS NULL ORDER BY line""",
}

UNREAD = """
SELECT 'row' AS level, 'considerations' AS "table", 'full ' || line AS key, 'valueprism' AS step, reason,
    concat_ws(': ', kind, text) AS detail, NULL AS kept_key
FROM _read WHERE reason IS NOT NULL
UNION ALL
SELECT 'row', 'considerations', 'full ' || line, 'valueprism', 'duplicate in listing', concat_ws(': ', kind, text),
    consideration_id FROM _read WHERE reason IS NULL
    QUALIFY row_number() OVER (PARTITION BY consideration_id ORDER BY line) > 1
"""


def _negatives(positives: str, pool: str, used: str, seed: int) -> str:
    """For each positive a statement that is not listed for its situation, of the same pool and used once there."""
    return NEGATIVES.format(positives=positives, pool=pool, used=used, seed=seed, window=WINDOW, each=WINDOW_EACH)


def _task(rows: str, template: str, output: str, *more: str) -> str:
    """A task view: the template is filled by the engine, so no text is ever taken for a placeholder."""
    chosen = ", ".join(["split", "situation", "vrd", "text", *more])
    filled = f"format('{template}', situation, vrd, text) AS input, {output} AS output"
    return f"SELECT {chosen}, {filled} FROM {rows} {ORDER}, output DESC"
