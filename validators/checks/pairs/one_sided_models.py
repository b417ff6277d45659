"""If one model is only ever chosen, a trained model learns its style and not what is better."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check

PAIRS = [{"preferred": "first", "first_model": "a", "second_model": "b"}] * 20
OTHER = [{"preferred": "second", "first_model": "a", "second_model": "b"}]


class OneSidedModels(Check):
    """No model is only ever chosen, or only ever rejected."""

    severity = "warning"
    problem = "are|is only ever chosen or only ever rejected"
    table = "pairs"
    unit = "models"
    needs = {"pairs": ["preferred", "first_model", "second_model"]}
    passes = {"pairs": [*PAIRS, *OTHER]}
    fails = {"pairs": PAIRS}

    min_pairs: Annotated[int, Field(ge=1)] = 20
    """Models with fewer decided pairs against other models are not checked."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Models that are always on the same side; pairs of one model with itself do not count."""
        return query(
            tables["pairs"],
            f"""SELECT model, CASE WHEN bool_and(chosen) THEN 'chosen' ELSE 'rejected' END || ' in all ' || count(*)
                || ' pairs' AS problem
            FROM (SELECT unnest([first_model, second_model]) AS model,
                unnest([preferred = 'first', preferred = 'second']) AS chosen
                FROM rows WHERE preferred IN ('first', 'second') AND first_model <> second_model)
            GROUP BY model HAVING count(*) >= {self.min_pairs} AND (bool_and(chosen) OR NOT bool_or(chosen))""",
        )
