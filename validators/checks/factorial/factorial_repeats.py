"""A repeated combination has twice the weight in every comparison."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...stats.factorial import cell_label, cells, factor_names
from ...tables.sql import Tables, query
from .. import Check

NONE = "SELECT '' AS template_id, '' AS problem FROM rows WHERE false"
CELL = {"item_id": "1", "template_id": "t", "factor": "race", "level": "white"}


class FactorialRepeats(Check):
    """No template has a combination of factor levels more than once."""

    severity = "warning"
    problem = "occur|occurs more than once in a template"
    table = "factors"
    unit = "combinations"
    needs = {"factors": ["item_id", "factor", "level"]}
    may_use = {"factors": ["template_id"]}
    passes = {
        "factors": [CELL, {**CELL, "item_id": "2", "level": "Black"}, {**CELL, "item_id": "3", "template_id": "u"}]
    }
    fails = {"factors": [CELL, {**CELL, "item_id": "2"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Repeated combinations, with the number of repeats."""
        names = factor_names(tables["factors"])
        if not names:
            return query(tables["factors"], NONE)
        parts = ", ".join(f"f{i}" for i in range(len(names)))
        return query(
            cells(tables["factors"], names),
            f"""SELECT template AS template_id, count(*) || ' times: ' || {cell_label(names)} AS problem
            FROM rows GROUP BY template, {parts} HAVING count(*) > 1""",
        )
