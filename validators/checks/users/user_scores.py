"""A label that does not follow from ratings and rule was computed from others, or compared as text ("10" < "9")."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...stats.user_scores import SCORES
from ...tables.sql import Tables, query_tables
from .. import Check, Example

RATING = {"item_table": "responses", "aspect": "helpfulness"}
LABEL = {"label_id": "c/kind", "comparison_id": "c", "user_id": "kind", "preferred": "first", "tied": False}
EXAMPLE: Example = {
    "users": [{"user_id": "kind", "weights": [{"attribute": "helpfulness", "weight": 1.0}], "annotator_id": None}],
    "comparisons": [{"comparison_id": "c", "first_id": "a", "second_id": "b"}],
    "responses": [{"response_id": "a", "text": "Yes."}, {"response_id": "b", "text": "No."}],
    "annotations": [{**RATING, "item_id": "a", "score": 10.0}, {**RATING, "item_id": "b", "score": 9.0}],
}


class UserScores(Check):
    """A label follows from the ratings and the rule of its user."""

    severity = "error"
    problem = "do|does not follow from the ratings and the rule of the user"
    table = "labels"
    unit = "labels"
    needs = {
        "labels": ["label_id", "comparison_id", "user_id", "first_score", "second_score", "preferred", "tied"],
        "users": ["user_id", "weights", "annotator_id"],
        "comparisons": ["comparison_id", "first_id", "second_id"],
        "responses": ["response_id", "text"],
        "annotations": ["item_table", "item_id", "aspect", "score"],
    }
    passes = {**EXAMPLE, "labels": [{**LABEL, "first_score": 10.0, "second_score": 9.0}]}
    fails = {**EXAMPLE, "labels": [{**LABEL, "first_score": 9.0, "second_score": 10.0, "preferred": "second"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Labels of rules whose scores or preferred response come out differently; a tie may have either."""
        return query_tables(tables, [*self.needs], RECOMPUTED)


RECOMPUTED = f"""
WITH scores AS ({SCORES.format(users="users", responses="responses", annotations="annotations")})
SELECT label_id, concat_ws(' ', 'the rule gives', f.score, 'and', s.score, 'for', first_score, 'and', second_score,
    'with', preferred, 'preferred') AS problem
FROM labels l JOIN users u USING (user_id) JOIN comparisons c USING (comparison_id)
LEFT JOIN scores f ON f.response_id = first_id AND f.user_id = l.user_id
LEFT JOIN scores s ON s.response_id = second_id AND s.user_id = l.user_id
WHERE u.annotator_id IS NULL AND (
    f.score IS DISTINCT FROM first_score OR s.score IS DISTINCT FROM second_score
    OR (f.score > s.score AND preferred IS DISTINCT FROM 'first')
    OR (f.score < s.score AND preferred IS DISTINCT FROM 'second')
    OR tied IS DISTINCT FROM coalesce(f.score = s.score, false)
    OR (preferred IS NULL) <> ((f.score = s.score) IS NULL))
"""
