"""MultiRole-R1: the roles of a convergent question agree on its answer, those of a divergent one do not all agree."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

QUESTIONS: list[dict[str, Any]] = [
    {"question_id": "c", "answer_mode": "convergent", "gold": "yes"},
    {"question_id": "d", "answer_mode": "divergent", "gold": None},
]


class RolesFitMode(Check):
    """The roles of a convergent question reach one answer, and those of a divergent one several."""

    severity = "info"
    problem = "have|has roles whose answers do not fit its mode"
    table = "questions"
    unit = "questions"
    needs = {
        "questions": ["question_id", "answer_mode", "gold"],
        "role_answers": ["question_id", "answer"],
    }
    passes = {
        "questions": QUESTIONS,
        "role_answers": [
            {"question_id": q, "answer": a} for q, a in (("c", "yes"), ("c", "yes"), ("d", "a"), ("d", "b"))
        ],
    }
    fails = {"questions": QUESTIONS, "role_answers": [{"question_id": "c", "answer": a} for a in ("yes", "no")]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Questions with the answers of their roles; ties within a role count for nothing."""
        asked, answered = tables["questions"].set_alias("q"), tables["role_answers"].set_alias("r")
        return query(
            asked.join(answered, "q.question_id = r.question_id").select("q.question_id, answer_mode, gold, answer"),
            """WITH reached AS (
                SELECT question_id, any_value(answer_mode) AS mode, any_value(gold) AS gold,
                    list_sort(list(DISTINCT answer)) AS answers
                FROM rows WHERE answer IS NOT NULL GROUP BY question_id)
            SELECT question_id, mode || ', and the roles answer ' || array_to_string(answers, ', ') AS problem
            FROM reached WHERE (mode = 'divergent' AND len(answers) < 2)
                OR (mode = 'convergent' AND (len(answers) > 1 OR answers[1] <> coalesce(gold, answers[1])))""",
        )
