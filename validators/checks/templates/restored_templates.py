"""INV-DE2: a text differs from the others of its template in its slots alone if undoing them restores the template."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

TEMPLATE = {"template_id": "t", "text": "{Sub} {has} {pos} ticket.", "implicit": None}
DECISION = {"decision_id": "d", "template_id": "t", "fill_type": "explicit", "fills": ["He", "has", "his"]}


class RestoredTemplates(Check):
    """Undoing the slots of a decision restores its template, byte for byte."""

    severity = "error"
    problem = "do|does not lead back to the template"
    table = "decisions"
    unit = "decisions"
    needs = {
        "decisions": ["decision_id", "template_id", "fill_type", "text", "fills"],
        "templates": ["template_id", "text", "implicit"],
    }
    passes = {"decisions": [{**DECISION, "text": "He has his ticket."}], "templates": [TEMPLATE]}
    fails = {"decisions": [{**DECISION, "text": "He has their ticket."}], "templates": [TEMPLATE]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Decisions whose text is not their template with the slots filled as they say."""
        templates = tables["templates"].select("template_id AS of_template, text AS template, implicit").set_alias("t")
        both = tables["decisions"].set_alias("d").join(templates, "d.template_id = t.of_template")
        return query(
            both,
            r"""SELECT decision_id, CASE WHEN len(parts) <> len(fills) + 1
                THEN len(fills) || ' fills for ' || len(parts) - 1 || ' slots' ELSE 'another text' END AS problem
            FROM (SELECT decision_id, text, fills, string_split_regex(
                CASE fill_type WHEN 'implicit' THEN implicit ELSE template END, '\{\w+\}') AS parts FROM rows)
            WHERE len(parts) <> len(fills) + 1 OR text <> array_to_string(
                list_transform(range(1, len(parts) + 1), lambda n: parts[n] || coalesce(fills[n], '')), '')""",
        )
