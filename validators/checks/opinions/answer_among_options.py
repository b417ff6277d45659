"""An answer that was not among the options, or was given to other options, belongs to another question."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyRelation

from ....schemas.rows.shared import ABSTAIN
from ...tables.sql import Tables
from .. import Check

QUESTIONS = [{"question_id": "1", "options": ["yes", "no"]}]
GIVEN: dict[str, Any] = {"item_table": "questions", "item_id": "1", "annotator_id": "m", "sample": 0, "score": None}


class AnswerAmongOptions(Check):
    """An answer is one of the options of its question, which were shown in some order."""

    severity = "error"
    problem = "are|is not among the options of the question"
    table = "annotations"
    unit = "annotations"
    needs = {
        "annotations": ["item_table", "item_id", "annotator_id", "sample", "label", "options"],
        "questions": ["question_id", "options"],
    }
    may_use = {"annotations": ["score"]}
    passes = {
        "questions": QUESTIONS,
        "annotations": [{**GIVEN, "label": label, "options": ["no", "yes"]} for label in ("yes", ABSTAIN)],
    }
    fails = {
        "questions": QUESTIONS,
        "annotations": [
            {**GIVEN, "label": "maybe", "options": ["yes", "no"]},
            {**GIVEN, "label": "yes", "options": ["yes", "no", "maybe"]},
        ],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Annotations of questions with another label, or shown other options."""
        given, asked = tables["annotations"].set_alias("a"), tables["questions"].set_alias("q")
        return (
            given.join(asked, "a.item_table = 'questions' AND a.item_id = q.question_id AND len(q.options) > 0")
            .select(
                f"""a.item_id, a.annotator_id, a.sample, CASE
                WHEN list_sort(a.options) <> list_sort(q.options) THEN 'shown: ' || array_to_string(a.options, ', ')
                WHEN a.label <> '{ABSTAIN}' AND NOT list_contains(q.options, a.label) THEN 'answer: ' || a.label
                END AS problem"""
            )
            .filter("problem IS NOT NULL")
        )
