"""A synthesis that left out a voice is no synthesis of the cultures."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

VOICES = [
    {"answer_id": f"1/{c}", "question_id": "1", "writer_id": "m", "agent_role": "voice", "round": 1, "basis": []}
    for c in "ab"
]
BASIS = [{"table": "answers", "key": voice["answer_id"]} for voice in VOICES]
SYNTHESIS = {**VOICES[0], "answer_id": "1/s", "agent_role": "synthesis"}


class SynthesisBasis(Check):
    """A synthesis rests on all voices of its last round and on nothing else."""

    severity = "error"
    problem = "rest|rests on other answers than the voices of the last round"
    table = "answers"
    unit = "syntheses"
    per = ("answer_id",)
    needs = {"answers": ["answer_id", "question_id", "writer_id", "agent_role", "round", "basis"]}
    passes = {"answers": [*VOICES, {**SYNTHESIS, "basis": BASIS}]}
    fails = {"answers": [*VOICES, {**SYNTHESIS, "basis": BASIS[:1]}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Syntheses whose basis differs from the voices of the same writer in the same round."""
        return query(
            tables["answers"],
            """WITH heard AS (
                SELECT s.answer_id, list_sort(list(v.answer_id) FILTER (v.answer_id IS NOT NULL)) AS voices,
                    list_sort(list_transform(any_value(s.basis), lambda b: b.key)) AS rests_on
                FROM rows s LEFT JOIN rows v ON v.question_id = s.question_id AND v.writer_id = s.writer_id
                    AND v.agent_role = 'voice' AND v.round = s.round
                WHERE s.agent_role = 'synthesis' GROUP BY s.answer_id)
            SELECT answer_id, concat('rests on ', len(rests_on), ' answers of ', len(coalesce(voices, [])), ' voices')
                AS problem
            FROM heard WHERE rests_on IS DISTINCT FROM voices""",
        )
