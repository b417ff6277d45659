"""Disagreement can be followed only if the log of rounds is whole and leads to the labels of the dataset."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

FIRST = [
    {"adjudication_id": "0a", "utterance_id": "u", "round": 0, "annotator_id": "a", "kinds": ["paradox"]},
    {"adjudication_id": "0b", "utterance_id": "u", "round": 0, "annotator_id": "b", "kinds": ["wordplay"]},
]
SECOND = [{**each, "adjudication_id": f"1{n}", "round": 1, "kinds": ["paradox"]} for n, each in enumerate(FIRST)]
KINDS = [{"kind": "paradox"}, {"kind": "wordplay"}]
LABEL = {"item_table": "utterances", "item_id": "u"}
LABELS = [
    {**LABEL, "annotator_id": who, "aspect": kind["kind"], "label": "yes" if kind["kind"] == "paradox" else "no"}
    for who in "ab"
    for kind in KINDS
]


class AdjudicationLog(Check):
    """Rounds follow on disagreement without gaps, and the last one of an annotator is in the annotations."""

    severity = "error"
    problem = "have|has rounds with gaps, after agreement, or other labels than the last"
    table = "adjudications"
    unit = "utterances"
    per = ("utterance_id",)
    needs = {
        "adjudications": ["adjudication_id", "utterance_id", "round", "annotator_id", "kinds"],
        "kinds": ["kind"],
        "annotations": ["item_table", "item_id", "annotator_id", "aspect", "label"],
    }
    passes = {"adjudications": [*FIRST, *SECOND], "kinds": KINDS, "annotations": LABELS}
    fails = {"adjudications": FIRST, "kinds": KINDS, "annotations": LABELS}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Utterances with what is wrong."""
        return query_tables(
            tables,
            [*self.needs],
            """WITH rounds AS (
                SELECT utterance_id, round, count(DISTINCT list_sort(kinds)) FILTER (len(kinds) > 0) AS views,
                    max(round) OVER (PARTITION BY utterance_id) AS last
                FROM adjudications GROUP BY utterance_id, round),
            last AS (SELECT utterance_id, annotator_id, arg_max(kinds, round) AS kinds FROM adjudications GROUP BY ALL),
            wanted AS (
                SELECT utterance_id, annotator_id, kind, CASE WHEN len(kinds) = 0 THEN 'abstain'
                    WHEN list_contains(kinds, kind) THEN 'yes' ELSE 'no' END AS label
                FROM last CROSS JOIN kinds),
            labels AS (
                SELECT item_id AS utterance_id, annotator_id, aspect AS kind, label FROM annotations
                WHERE item_table = 'utterances' AND aspect IN (SELECT kind FROM kinds))
            SELECT utterance_id, 'rounds are missing' AS problem FROM rounds GROUP BY utterance_id
                HAVING count(*) <> max(last) + 1
            UNION ALL SELECT utterance_id, 'round ' || round || ' agreed, and another followed' FROM rounds
                WHERE views = 1 AND round < last AND round = 0
            UNION ALL SELECT utterance_id, annotator_id || ': ' || kind || ' is ' || coalesce(l.label, 'missing')
                FROM wanted w LEFT JOIN labels l USING (utterance_id, annotator_id, kind)
                WHERE w.label IS DISTINCT FROM l.label""",
        )
