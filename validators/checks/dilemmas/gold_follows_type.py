"""INV-CL4: the answer of a perspective is that of its type of character."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables
from .. import Check

TYPE = {"type_id": "shift/yes", "current": "yes", "previous": "no", "discomfort": None}
PERSPECTIVE = {**TYPE, "perspective_id": "a"}
GOLD = ("current", "previous", "discomfort")


class GoldFollowsType(Check):
    """The answer of a perspective follows from its type of character."""

    severity = "error"
    problem = "have|has an answer other than that of its type"
    table = "perspectives"
    unit = "perspectives"
    needs = {"perspectives": ["perspective_id", "type_id", *GOLD], "character_types": ["type_id", *GOLD]}
    passes = {"perspectives": [PERSPECTIVE], "character_types": [TYPE]}
    fails = {"perspectives": [{**PERSPECTIVE, "previous": "yes"}], "character_types": [TYPE]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Perspectives with the answers that differ from those of their type."""
        both = (
            tables["perspectives"]
            .set_alias("p")
            .join(tables["character_types"].set_alias("t"), "p.type_id = t.type_id")
        )
        differs = " OR ".join(f"p.{name} IS DISTINCT FROM t.{name}" for name in GOLD)
        wrong = ", ".join(
            f"CASE WHEN p.{name} IS DISTINCT FROM t.{name} THEN '{name} ' || coalesce(p.{name}, 'null') END"
            for name in GOLD
        )
        return both.filter(differs).select(f"p.perspective_id, concat_ws(', ', {wrong}) AS problem")
