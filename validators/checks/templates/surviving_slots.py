"""INV-ST1: an adapted template that lost a slot or gained a number is another problem."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

TEMPLATE = {"template_id": "t", "text": "You sell {cups} cups at {price} cents."}
ADAPTATION = {"adaptation_id": "a", "template_id": "t", "text": "I sell {price} cent pills, {cups} of them."}


class SurvivingSlots(Check):
    """An adapted template has the slots of its template, and no numbers of its own."""

    severity = "error"
    problem = "have|has other slots or numbers than the template"
    table = "adaptations"
    unit = "adaptations"
    needs = {"adaptations": ["adaptation_id", "template_id", "text"], "templates": ["template_id", "text"]}
    passes = {"adaptations": [ADAPTATION], "templates": [TEMPLATE]}
    fails = {"adaptations": [{**ADAPTATION, "text": "I sell 20 pills at {price} cents."}], "templates": [TEMPLATE]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Adaptations with their slots and numbers."""
        templates = tables["templates"].select("template_id AS of_template, text AS template").set_alias("t")
        both = tables["adaptations"].set_alias("a").join(templates, "a.template_id = t.of_template")
        return query(
            both.select("adaptation_id, text, template"),
            r"""SELECT adaptation_id, concat_ws(', ', array_to_string(own, ' '), array_to_string(numbers, ' '))
                AS problem
            FROM (SELECT adaptation_id, list_sort(regexp_extract_all(text, '\{\w+\}')) AS own,
                list_sort(regexp_extract_all(template, '\{\w+\}')) AS theirs,
                list_filter(regexp_extract_all(text, '\d+'), lambda n:
                    NOT list_contains(regexp_extract_all(template, '\d+'), n)) AS numbers FROM rows)
            WHERE own <> theirs OR len(numbers) > 0""",
        )
