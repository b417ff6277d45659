"""INV-ST2: elements can be compared if each is tested in every type of question, or the holes are declared."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

TEMPLATES = [
    {"template_id": "a", "element": "profit", "type": "amount"},
    {"template_id": "b", "element": "profit", "type": "choice"},
    {"template_id": "c", "element": "interest", "type": "amount"},
]


class CompleteElements(Check):
    """There is a template of every type for every element, up to declared holes."""

    severity = "warning"
    problem = "lack|lacks a type of question"
    table = "templates"
    unit = "elements"
    per = ("element",)
    needs = {"templates": ["template_id", "element", "type"], "element_holes": ["element", "type"]}
    passes = {"templates": TEMPLATES, "element_holes": [{"element": "interest", "type": "choice"}]}
    fails = {"templates": TEMPLATES, "element_holes": [{"element": "interest", "type": "amount"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Elements with the types that they lack; the types are those that occur."""
        return query_tables(
            tables,
            [*self.needs],
            """WITH cells AS (
                SELECT * FROM (SELECT DISTINCT element FROM templates) CROSS JOIN
                    (SELECT DISTINCT type FROM templates WHERE type IS NOT NULL))
            SELECT element, string_agg(type, ', ' ORDER BY type) AS problem
            FROM cells ANTI JOIN templates USING (element, type) ANTI JOIN element_holes USING (element, type)
            GROUP BY element""",
        )
