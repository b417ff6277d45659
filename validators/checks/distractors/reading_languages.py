"""INV-DR7: languages can be compared on readings that all of them have."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

READINGS = [
    {"reading_id": f"u/{n}/{code}", "utterance_id": "u", "number": n, "language": code}
    for n in (0, 1)
    for code in ("en", "zh")
]


class ReadingLanguages(Check):
    """A reading is in every language of the readings."""

    severity = "warning"
    problem = "lack|lacks a translation"
    table = "readings"
    unit = "readings"
    per = ("utterance_id", "number")
    needs = {"readings": ["reading_id", "utterance_id", "number", "language"]}
    passes = {"readings": READINGS}
    fails = {"readings": READINGS[:-1]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Readings with the languages that they lack."""
        return query(
            tables["readings"],
            """SELECT utterance_id, number, string_agg(l.language, ', ' ORDER BY l.language) AS problem
            FROM (SELECT DISTINCT utterance_id, number FROM rows) r CROSS JOIN (SELECT DISTINCT language FROM rows) l
            ANTI JOIN rows t ON t.utterance_id = r.utterance_id AND t.number = r.number AND t.language = l.language
            GROUP BY utterance_id, number""",
        )
