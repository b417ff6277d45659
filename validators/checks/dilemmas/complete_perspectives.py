"""INV-CL2: comparing types of character needs all of them on every dilemma, or declared holes."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

TYPES = [{"type_id": "simple/ambiguous", "included": True}, {"type_id": "shift/yes", "included": False}]


class CompletePerspectives(Check):
    """A case has a character of every type that the design includes."""

    severity = "warning"
    problem = "lack|lacks a type of character"
    table = "cases"
    unit = "cases"
    needs = {
        "cases": ["case_id"],
        "character_types": ["type_id", "included"],
        "perspectives": ["case_id", "type_id"],
    }
    passes = {
        "cases": [{"case_id": "a"}],
        "character_types": TYPES,
        "perspectives": [{"case_id": "a", "type_id": "simple/ambiguous"}],
    }
    fails = {
        "cases": [{"case_id": "a"}],
        "character_types": TYPES,
        "perspectives": [{"case_id": "a", "type_id": "shift/yes"}],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cases with the types that are missing."""
        types = tables["character_types"].filter("included").select("type_id")
        cells = tables["cases"].select("case_id").cross(types).set_alias("c")
        present = tables["perspectives"].set_alias("p")
        missing = cells.join(present, "c.case_id = p.case_id AND c.type_id = p.type_id", how="anti")
        return query(
            missing.select("c.case_id, c.type_id"),
            "SELECT case_id, string_agg(type_id, ', ' ORDER BY type_id) AS problem FROM rows GROUP BY case_id",
        )
