"""INV-ST2: a template that is missing from a cell of the design makes domains incomparable, unless it is declared."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

CELLS = [
    {"domain": "medicine", "perspective": "first", "included": True},
    {"domain": "medicine", "perspective": "third", "included": False},
]
ADAPTATION = {"template_id": "t", "domain": "medicine", "perspective": "first"}


class CompleteDesign(Check):
    """A template is adapted to every domain and perspective of the design."""

    severity = "warning"
    problem = "are|is missing from a cell of the design"
    table = "templates"
    unit = "templates"
    needs = {
        "templates": ["template_id"],
        "design_cells": ["domain", "perspective", "included"],
        "adaptations": ["template_id", "domain", "perspective"],
    }
    passes = {"templates": [{"template_id": "t"}], "design_cells": CELLS, "adaptations": [ADAPTATION]}
    fails = {
        "templates": [{"template_id": "t"}],
        "design_cells": CELLS,
        "adaptations": [{**ADAPTATION, "perspective": "third"}],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Templates with the cells that they are missing from."""
        cells = tables["design_cells"].filter("included").select("domain, perspective")
        wanted = tables["templates"].select("template_id").cross(cells).set_alias("w")
        on = "w.template_id = a.template_id AND w.domain = a.domain AND w.perspective = a.perspective"
        missing = wanted.join(tables["adaptations"].set_alias("a"), on, how="anti")
        return query(
            missing.select("w.template_id, w.domain || '/' || w.perspective AS cell"),
            "SELECT template_id, string_agg(cell, ', ' ORDER BY cell) AS problem FROM rows GROUP BY template_id",
        )
