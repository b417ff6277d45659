"""INV-CL3 and INV-CL5: rules of style are data of the dataset, and every text keeps those that apply to it."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

RULE = {"rule_id": "opener", "applies_to": "character", "pattern": "^Character A is", "must_match": True}
CHARACTER = {"perspective_id": "p", "person": "third", "text": "Character A is a nurse."}
OTHERS = {
    "cases": [{"case_id": "c", "action": "Telling her"}],
    "rationales": [{"rationale_id": "r", "text": "honesty towards a friend"}],
}


class StyleRules(Check):
    """Actions, rationales and characters keep the rules of style of the dataset."""

    severity = "warning"
    problem = "break|breaks a rule of style"
    table = "perspectives"
    unit = "texts"
    needs = {
        "perspectives": ["perspective_id", "person", "text"],
        "cases": ["case_id", "action"],
        "rationales": ["rationale_id", "text"],
        "style_rules": ["rule_id", "applies_to", "pattern", "must_match"],
    }
    passes = {"perspectives": [CHARACTER], "style_rules": [RULE], **OTHERS}
    fails = {"perspectives": [{**CHARACTER, "text": "A nurse who knows."}], "style_rules": [RULE], **OTHERS}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Texts with the rules that they break."""
        texts = (
            tables["perspectives"]
            .select(
                """'perspectives' AS of_table, perspective_id AS key, text,
                CASE person WHEN 'first' THEN 'self-description' ELSE 'character' END AS kind"""
            )
            .union(tables["cases"].select("'cases', case_id, action, 'action'"))
            .union(tables["rationales"].select("'rationales', rationale_id, text, 'rationale'"))
            .set_alias("t")
        )
        broken = texts.join(
            tables["style_rules"].set_alias("r"),
            "t.kind = r.applies_to AND regexp_matches(trim(t.text), r.pattern) <> r.must_match",
        )
        return query(
            broken.select("of_table, key, rule_id"),
            """SELECT of_table, key, string_agg(rule_id, ', ' ORDER BY rule_id) AS problem
            FROM rows GROUP BY of_table, key""",
        )
