"""A combination missing from a full factorial design cannot be compared."""

from __future__ import annotations

from itertools import product
from typing import Any

from duckdb import DuckDBPyRelation

from ...stats.factorial import cell_label, cells, factor_names
from ...tables.sql import Tables, query
from .. import Check

NONE = "SELECT '' AS template_id, '' AS problem FROM rows WHERE false"
DESIGN = [*product("12", ("white", "Black"), ("male", "female"))]


def _rows(design: list[Any]) -> list[dict[str, str]]:
    return [
        {"item_id": f"{n}", "template_id": template, "factor": factor, "level": level}
        for n, (template, *levels) in enumerate(design)
        for factor, level in zip(("race", "gender"), levels, strict=True)
    ]


class FactorialHoles(Check):
    """Every template covers every combination of factor levels."""

    severity = "warning"
    problem = "are|is missing from a template"
    table = "factors"
    unit = "combinations"
    needs = {"factors": ["item_id", "factor", "level"]}
    may_use = {"factors": ["template_id"]}
    passes = {"factors": _rows(DESIGN)}
    fails = {"factors": _rows(DESIGN[:-1])}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row per missing combination; the levels are those that occur anywhere."""
        names = factor_names(tables["factors"])
        if not names:
            return query(tables["factors"], NONE)
        parts = [f"f{i}" for i in range(len(names))]
        levels = [f"(SELECT DISTINCT {p} FROM rows WHERE {p} IS NOT NULL) AS l{p}" for p in parts]
        expected = " * ".join(f"(SELECT count(DISTINCT {p}) FROM rows)" for p in parts)
        return query(
            cells(tables["factors"], names),
            f"""WITH there AS (SELECT DISTINCT template, {", ".join(parts)} FROM rows),
            short AS (SELECT template FROM there GROUP BY template HAVING count(*) < {expected}),
            wanted AS (SELECT template, {", ".join(parts)} FROM short, {", ".join(levels)})
            SELECT template AS template_id, 'missing: ' || {cell_label(names)} AS problem
            FROM wanted ANTI JOIN there USING (template, {", ".join(parts)})""",
        )
