"""Variants such as judgment and judgement split the count of a value."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from ...tables.vocabulary import near_misses
from .. import Check


class ValueNearMisses(Check):
    """No two values differ only in a letter, a plural or a function word."""

    severity = "info"
    problem = "are|is probably a variant of another value"
    table = "vocabulary"
    unit = "values"
    per = ("value",)
    needs = {"vocabulary": ["value"]}
    passes = {"vocabulary": [{"value": "trust"}, {"value": "truth"}, {"value": "mistrust"}]}
    fails = {
        "vocabulary": [
            {"value": value} for value in ("judgment", "judgement", "respect for law", "respect for the law")
        ]
    }

    max_values: Annotated[int, Field(gt=0)] = 2000
    """A larger vocabulary is taken to be free text and is not checked; every value is compared with every other."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """The later of two such values in alphabetical order."""
        values = query(
            tables["vocabulary"],
            f"""SELECT 'value' AS "column", value, 1 AS rows FROM rows
            WHERE (SELECT count(*) <= {self.max_values} FROM rows) GROUP BY value""",
        )
        return query(near_misses(values, "a.value > b.value"), "SELECT value, problem FROM rows")
