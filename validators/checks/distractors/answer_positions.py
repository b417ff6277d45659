"""INV-DR4: questions that are made of readings can have their answers in every place equally often, and do."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


def _questions(answers: str) -> list[dict[str, Any]]:
    return [
        {
            "question_id": f"{n}",
            "difficulty": "easy",
            "language": "en",
            "answer": answer,
            "options": [{"is_right": letter == answer} for letter in "AB"],
        }
        for n, answer in enumerate(answers)
    ]


class AnswerPositions(Check):
    """Answers are in every place equally often, up to one, and the letter is that of the right option."""

    severity = "warning"
    problem = "have|has an answer in a place that is more frequent than others, or another letter than the right option"
    table = "reading_questions"
    unit = "kinds of questions"
    needs = {"reading_questions": ["question_id", "difficulty", "language", "answer", "options"]}
    passes = {"reading_questions": _questions("ABA")}
    fails = {"reading_questions": _questions("ABAA")}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Difficulty and language with the number of answers in each place."""
        return query(
            tables["reading_questions"],
            """WITH placed AS (
                SELECT *, len(options) AS places,
                    list_position([o.is_right FOR o IN options], true) AS place,
                    len(list_filter(options, lambda o: o.is_right)) AS rights FROM rows),
            counted AS (
                SELECT difficulty, language, place, any_value(places) AS places, count(*) AS n FROM placed GROUP BY ALL)
            SELECT difficulty, language, string_agg(chr((64 + place)::INTEGER) || ' ' || n, ', ' ORDER BY place)
                AS problem
            FROM counted GROUP BY difficulty, language
            HAVING max(n) - CASE WHEN count(*) < max(places) THEN 0 ELSE min(n) END > 1
            UNION ALL SELECT difficulty, language, question_id || ' says ' || answer FROM placed
            WHERE rights <> 1 OR answer <> chr((64 + place)::INTEGER)""",
        )
