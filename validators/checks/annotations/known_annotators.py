"""An annotation by an unknown annotator looks like a stray row."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class KnownAnnotators(Check):
    """Every annotator of an annotation is in the table `annotators`."""

    severity = "error"
    problem = "are|is missing from the table `annotators`"
    table = "annotations"
    unit = "annotators"
    per = ("annotator_id",)
    needs = {"annotators": ["annotator_id"], "annotations": ["annotator_id"]}
    implied_by_row_type = True
    passes = {"annotators": [{"annotator_id": "x"}], "annotations": [{"annotator_id": "x"}]}
    fails = {"annotators": [{"annotator_id": "x"}], "annotations": [{"annotator_id": "y"}, {"annotator_id": "y"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Annotators missing from the table, with their number of annotations."""
        given, known = tables["annotations"].set_alias("g"), tables["annotators"].set_alias("k")
        strangers = given.join(known, "g.annotator_id = k.annotator_id", how="anti").select("g.annotator_id")
        return query(
            strangers, "SELECT annotator_id, count(*) || ' annotations' AS problem FROM rows GROUP BY annotator_id"
        )
