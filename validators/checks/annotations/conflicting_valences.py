"""INV-VP5: the ValuePrism format has room for one valence per statement, even where annotators disagree."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

ROW = {"situation": "Lying", "vrd": "Value", "text": "Honesty", "explanation": "Words are relied on."}


class ConflictingValences(Check):
    """A statement has one valence for a situation."""

    severity = "error"
    problem = "have|has several valences for the same situation"
    table = "full"
    unit = "statements"
    per = ("situation", "vrd", "text")
    needs = {"full": ["situation", "vrd", "text", "explanation", "valence"]}
    passes = {"full": [{**ROW, "valence": "Opposes"}, {**ROW, "valence": "Opposes"}]}
    fails = {"full": [{**ROW, "valence": "Opposes"}, {**ROW, "valence": "Either"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Statements with more than one valence."""
        return query(
            tables["full"],
            """SELECT situation, vrd, text, string_agg(DISTINCT valence, ', ' ORDER BY valence) AS problem
            FROM rows GROUP BY situation, vrd, text HAVING count(DISTINCT valence) > 1""",
        )
