"""A repeated pair counts twice and can end up in two splits."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

PAIR = {"prompt": "p", "first": "a", "second": "b"}


class RepeatedPairs(Check):
    """No annotator judges the same pair twice in the same order."""

    severity = "warning"
    problem = "repeat|repeats an earlier pair"
    table = "pairs"
    unit = "pairs"
    needs = {"pairs": ["pair_id", "prompt", "first", "second"]}
    may_use = {"pairs": ["annotator_id"]}
    repair = "exact_duplicates"
    passes = {"pairs": [{**PAIR, "pair_id": "1", "annotator_id": "x"}, {**PAIR, "pair_id": "2", "annotator_id": "y"}]}
    fails = {"pairs": [{**PAIR, "pair_id": "1"}, {**PAIR, "pair_id": "2"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """All but the first of equal pairs."""
        who = "annotator_id" if "annotator_id" in tables["pairs"].columns else "NULL"
        return query(
            tables["pairs"],
            f"""SELECT pair_id, 'the same as ' || earliest AS problem FROM (
                SELECT pair_id, row_number() OVER same AS nth, first_value(pair_id) OVER same AS earliest FROM (
                    SELECT pair_id, hash(prompt, first, second, {who}) AS pair FROM rows)
                WINDOW same AS (PARTITION BY pair ORDER BY pair_id)) WHERE nth > 1""",
        )
