"""An annotator aged 25-34 in one row and 45-54 in another is two people, or an error."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query, quote_identifier, quote_literal
from .. import Check

NONE = "SELECT annotator_id, '' AS problem FROM rows WHERE false"


class AnnotatorAttributes(Check):
    """An annotator has the same attributes in every row."""

    severity = "warning"
    problem = "have|has contradictory attributes"
    table = "annotators"
    unit = "annotators"
    per = ("annotator_id",)
    needs = {"annotators": ["annotator_id"]}
    may_use = {"annotators": ["age", "country"]}
    implied_by_row_type = True
    passes = {"annotators": [{"annotator_id": "x", "age": "25-34"}, {"annotator_id": "y", "age": None}]}
    fails = {"annotators": [{"annotator_id": "x", "age": "25-34"}, {"annotator_id": "x", "age": "45-54"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Annotators with the attributes that have more than one value; null is ignored."""
        attributes = [column for column in tables["annotators"].columns if column != "annotator_id"]
        if not attributes:
            return query(tables["annotators"], NONE)
        problems = ", ".join(_several(attribute) for attribute in attributes)
        return query(
            tables["annotators"],
            f"""SELECT annotator_id, concat_ws('; ', {problems}) AS problem
            FROM rows GROUP BY annotator_id HAVING problem <> ''""",
        )


def _several(attribute: str) -> str:
    value = quote_identifier(attribute)
    return f"""CASE WHEN min({value}) <> max({value})
        THEN {quote_literal(attribute)} || ': ' || min({value}) || ' and ' || max({value}) END"""
