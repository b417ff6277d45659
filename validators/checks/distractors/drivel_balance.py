"""INV-DR1: if most texts have one label, always giving that label scores well."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field, PositiveInt

from ...tables.sql import Tables, query
from .. import Check

UTTERANCES = [{"utterance_id": f"{n}", "is_drivel": n % 2 == 0} for n in range(20)]


class DrivelBalance(Check):
    """As many utterances are drivel as are not."""

    severity = "info"
    problem = "One label of drivel is much more frequent than the other"
    table = "utterances"
    unit = None
    needs = {"utterances": ["utterance_id", "is_drivel"]}
    passes = {"utterances": UTTERANCES}
    fails = {"utterances": [{**each, "is_drivel": True} for each in UTTERANCES]}

    max_share: Annotated[float, Field(gt=0.5, lt=1)] = 0.55
    """Largest share of the more frequent label."""
    min_utterances: PositiveInt = 20
    """Utterances with a label below which nothing is said."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row with both numbers."""
        return query(
            tables["utterances"],
            f"""SELECT n, drivel || ' of ' || n || ' are drivel' AS problem
            FROM (SELECT count(is_drivel) AS n, count_if(is_drivel) AS drivel FROM rows)
            WHERE n >= {self.min_utterances} AND greatest(drivel, n - drivel) > {self.max_share} * n""",
        )
