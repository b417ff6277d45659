"""Conditions can be compared only over the questions that were answered under all of them."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

GIVEN = [
    {"question_id": q, "writer_id": "m", "condition": c, "agent_role": "answer"}
    for q in ("1", "2")
    for c in ("baseline", "contextual")
]
VOICE = {"question_id": "2", "writer_id": "m", "condition": "contextual", "agent_role": "voice"}


class MissingCondition(Check):
    """Every writer answers each question under every condition."""

    severity = "warning"
    problem = "have|has no answer under one of the conditions"
    table = "answers"
    unit = "questions and writers"
    per = ("question_id", "writer_id")
    needs = {"answers": ["question_id", "writer_id", "condition", "agent_role"]}
    passes = {"answers": GIVEN}
    fails = {"answers": [*GIVEN[:3], VOICE]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Questions and writers, each with the conditions that lack an answer; a voice alone is none."""
        return query(
            tables["answers"],
            """SELECT question_id, writer_id, 'no answer under ' || array_to_string(list_sort(list_filter(
                (SELECT list(DISTINCT condition) FROM rows), lambda c: NOT list_contains(
                coalesce(list(condition) FILTER (agent_role <> 'voice'), []), c))), ', ') AS problem
            FROM rows GROUP BY question_id, writer_id
            HAVING count(DISTINCT condition) FILTER (agent_role <> 'voice')
                < (SELECT count(DISTINCT condition) FROM rows)""",
        )
