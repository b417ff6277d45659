"""A question that suggests its answer, or names a culture, leads to references of its own making."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query, quote_literal
from .. import Check

LEADING = (
    "don't you", "do you not", "isn't it", "aren't", "wouldn't you", "shouldn't", "of course", "obviously", "surely",
    "clearly", "everyone knows", "as we all know", "why is it wrong", "why is it right", "do you agree that",
)  # fmt: skip
"""Words that suggest an answer; English."""
CULTURES = [{"culture": "Nordic", "aliases": ["Swedish"]}]


class LeadingQuestions(Check):
    """A question does not suggest an answer, and names no culture."""

    severity = "info"
    problem = "suggest|suggests an answer or mentions a culture"
    table = "questions"
    unit = "questions"
    needs = {"questions": ["question_id", "text"], "cultures": ["culture", "aliases"]}
    passes = {"cultures": CULTURES, "questions": [{"question_id": "1", "text": "Who should raise a child?"}]}
    fails = {"cultures": CULTURES, "questions": [{"question_id": "1", "text": "Is a Swedish home best?"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Questions with a leading phrase, or with a culture or another word for it."""
        phrases = f"[{', '.join(map(quote_literal, LEADING))}]"
        named = [
            name
            for culture, aliases in tables["cultures"].select("culture, aliases").fetchall()
            for name in (culture, *(aliases or ()))
        ]
        names = f"[{', '.join(quote_literal(name.lower()) for name in named)}]" if named else "CAST([] AS VARCHAR[])"
        return query(
            tables["questions"],
            f"""WITH read AS (
                SELECT question_id, ' ' || regexp_replace(lower(text), '[^\\p{{L}}'']+', ' ', 'g') || ' ' AS words
                FROM rows), judged AS (
                SELECT question_id,
                    list_filter({phrases}, lambda phrase: contains(words, ' ' || phrase || ' ')) AS suggestive,
                    list_filter({names}, lambda name: contains(words, ' ' || name || ' ')) AS named
                FROM read)
            SELECT question_id, array_to_string(list_filter([
                CASE WHEN len(suggestive) > 0 THEN 'says ' || array_to_string(suggestive, ', ') END,
                CASE WHEN len(named) > 0 THEN 'names ' || array_to_string(named, ', ') END],
                lambda part: part IS NOT NULL), '; ') AS problem
            FROM judged WHERE len(suggestive) + len(named) > 0""",
        )
