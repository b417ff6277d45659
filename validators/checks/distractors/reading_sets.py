"""INV-DR3: a question with two right readings, or with one reading twice, cannot be answered."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

READINGS = [
    {"reading_id": f"u/{n}", "utterance_id": "u", "language": "en", "number": n, "is_right": n == 0, "text": text}
    for n, text in enumerate(("It jokes.", "It praises.", "It warns."))
]


class ReadingSets(Check):
    """An utterance has one right reading and wrong ones that all differ, in every language."""

    severity = "error"
    problem = "do|does not have one right reading among different wrong ones"
    table = "readings"
    unit = "utterances"
    per = ("utterance_id",)
    needs = {"readings": ["reading_id", "utterance_id", "language", "number", "is_right", "text"]}
    passes = {"readings": READINGS}
    fails = {"readings": [*READINGS[:2], {**READINGS[2], "text": "it jokes"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Utterances by language, with what is wrong."""
        return query(
            tables["readings"],
            """SELECT utterance_id, language, CASE WHEN rights <> 1 THEN rights || ' right readings'
                WHEN n = 1 THEN 'no wrong reading' ELSE 'equal readings' END AS problem
            FROM (SELECT utterance_id, language, count(*) AS n, count_if(is_right) AS rights,
                count(DISTINCT norm(text)) AS texts FROM rows GROUP BY ALL)
            WHERE rights <> 1 OR texts < n OR n = 1""",
        )
