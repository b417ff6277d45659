"""Without their slots, the variants of a template are equal unless something else was changed."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

CELL = {"item_id": "1", "template_id": "t", "bare": "A [RACE] man"}


class InconsistentTemplates(Check):
    """The variants of a template are identical apart from their factors."""

    severity = "error"
    problem = "differ|differs from the other variants of the template outside its factors"
    table = "factors"
    unit = "items"
    per = ("item_id",)
    needs = {"factors": ["item_id", "template_id", "bare"]}
    passes = {"factors": [CELL, {**CELL, "item_id": "2"}]}
    fails = {"factors": [CELL, {**CELL, "item_id": "2", "bare": "A [RACE] person"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items whose text without slots is not the most frequent one of their template."""
        return query(
            tables["factors"],
            """WITH counted AS (SELECT template_id, bare, count(DISTINCT item_id) AS n FROM rows GROUP BY ALL),
            usual AS (SELECT template_id, arg_max(bare, n) AS usual FROM counted
                GROUP BY template_id HAVING count(*) > 1)
            SELECT DISTINCT r.item_id, r.template_id, 'differs from the others: ' || left(r.bare, 100) AS problem
            FROM rows r JOIN usual u ON r.template_id = u.template_id AND r.bare <> u.usual""",
        )
