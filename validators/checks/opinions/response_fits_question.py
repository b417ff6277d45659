"""A ranking that leaves an option out or a budget that does not add up cannot be compared with others."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyRelation

from ....schemas.rows.opinions import BUDGET
from ...tables.sql import Tables
from .. import Check

QUESTIONS = [
    {"question_id": "r", "type": "ranking", "options": ["x", "y"]},
    {"question_id": "b", "type": "budget", "options": ["x", "y"]},
]
GIVEN: dict[str, Any] = {"response_id": "r/m/0", "question_id": "r", "abstained": False, "selected": ["y", "x"]}
RANKED = {**GIVEN, "budget": [{"option": "x", "points": 0}]}
SHARED_OUT = {
    **GIVEN,
    "response_id": "b/m/0",
    "question_id": "b",
    "selected": [],
    "budget": [{"option": "x", "points": 40}, {"option": "y", "points": 60}],
}


class ResponseFitsQuestion(Check):
    """A selection is of the options, a ranking has them all, and a budget adds up to 100."""

    severity = "error"
    problem = "do|does not fit the question"
    table = "responses"
    unit = "responses"
    needs = {
        "responses": ["response_id", "question_id", "abstained", "selected", "budget"],
        "questions": ["question_id", "type", "options"],
    }
    passes = {"questions": QUESTIONS, "responses": [RANKED, SHARED_OUT, {**RANKED, "abstained": True, "selected": []}]}
    fails = {"questions": QUESTIONS, "responses": [{**RANKED, "selected": ["x"]}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Responses, without those that abstained, that break the rule of their type."""
        given, asked = tables["responses"].set_alias("r"), tables["questions"].set_alias("q")
        return (
            given.join(asked, "r.question_id = q.question_id AND NOT r.abstained")
            .select(
                f"""r.response_id, CASE
                WHEN type = 'ranking' AND list_sort(r.selected) <> list_sort(q.options)
                    THEN concat('ranks ', len(r.selected), ' of ', len(q.options), ' options')
                WHEN NOT list_has_all(q.options, r.selected)
                    THEN 'selects ' || array_to_string(list_filter(r.selected,
                        lambda o: NOT list_contains(q.options, o)), ', ')
                WHEN type = 'budget' AND list_sum(list_transform(r.budget, lambda b: b.points)) <> {BUDGET}
                    THEN concat('adds up to ', list_sum(list_transform(r.budget, lambda b: b.points)))
                END AS problem"""
            )
            .filter("problem IS NOT NULL")
        )
