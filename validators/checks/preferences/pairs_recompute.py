"""A pair whose scores do not recompute from the ratings prefers nobody's choice."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

PAIR = {
    "pair_id": "a/b/good",
    "objective": "good",
    "first_id": "a",
    "second_id": "b",
    "preferred": "first",
    "first_score": 3.0,
    "second_score": 1.0,
    "raters": 2,
}
RATED = {"item_table": "responses", "aspect": "good"}
RATINGS = [
    {**RATED, "item_id": item, "annotator_id": who, "score": score}
    for item, who, score in (("a", "x", 2.0), ("a", "y", 4.0), ("b", "x", 1.0), ("b", "y", 1.0), ("a", "z", 0.0))
]


class PairsRecompute(Check):
    """A pair has the mean ratings of both responses, and prefers the higher one."""

    severity = "error"
    problem = "do|does not recompute from the ratings"
    table = "pairs"
    unit = "pairs"
    needs = {
        "pairs": [
            "pair_id",
            "objective",
            "first_id",
            "second_id",
            "preferred",
            "first_score",
            "second_score",
            "raters",
        ],
        "annotations": ["item_table", "item_id", "annotator_id", "aspect", "score"],
    }
    passes = {"pairs": [PAIR], "annotations": RATINGS}
    fails = {"pairs": [PAIR | {"second_score": 2.0}, PAIR | {"preferred": "second"}], "annotations": RATINGS}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Pairs of a rated objective, over those who rated both responses; `overall` needs the weights."""
        return query_tables(
            tables,
            ["pairs", "annotations"],
            """WITH rated AS (
                SELECT item_id, annotator_id, aspect, avg(score) AS score FROM annotations
                WHERE item_table = 'responses' AND score IS NOT NULL GROUP BY ALL),
            made AS (
                SELECT p.pair_id, any_value(p.first_score) AS first_score, any_value(p.second_score) AS second_score,
                    any_value(p.raters) AS given, any_value(preferred) AS preferred,
                    avg(f.score) AS first, avg(s.score) AS second, count(s.score) AS raters
                FROM pairs p JOIN rated f ON f.item_id = first_id AND f.aspect = objective
                JOIN rated s ON s.item_id = second_id AND s.aspect = objective AND s.annotator_id = f.annotator_id
                GROUP BY p.pair_id)
            SELECT pair_id, 'the ratings give ' || round(first, 4) || ' and ' || round(second, 4) || ' by ' || raters
                AS problem FROM made
            WHERE abs(first - first_score) > 1e-5 OR abs(second - second_score) > 1e-5 OR raters <> given
                OR (preferred = 'first' AND first <= second) OR (preferred = 'second' AND second <= first)""",
        )
