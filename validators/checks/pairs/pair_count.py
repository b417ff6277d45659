"""A prompt with an unusual number of pairs has lost some, or was generated twice."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...stats.modal_count import off_modal_count
from ...tables.sql import Tables, query
from .. import Check

TWO_EACH = [{"prompt": f"Question {n}?"} for n in range(30) for _ in range(2)]


class PairCount(Check):
    """All prompts have the same number of pairs, if nearly all do."""

    severity = "warning"
    problem = "have|has an unusual number of pairs"
    table = "pairs"
    unit = "prompts"
    per = ("prompt",)
    needs = {"pairs": ["prompt"]}
    may_use = {"pairs": ["annotator_id", "group_id"]}
    passes = {"pairs": [*TWO_EACH[::2], TWO_EACH[1]]}
    fails = {"pairs": [*TWO_EACH, {"prompt": "Once?"}]}

    min_modal_share: Annotated[float, Field(gt=0.5, le=1)] = 0.95
    """The check applies where at least this share of the prompts has the same number of pairs."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Prompts with an unusual number of pairs, for each annotator and group separately."""
        pairs = tables["pairs"]
        apart = ", ".join(["prompt", *(column for column in self.may_use["pairs"] if column in pairs.columns)])
        counted = f"SELECT prompt, count(*) AS n FROM rows WHERE prompt IS NOT NULL GROUP BY {apart}"
        return off_modal_count(query(pairs, counted), self.min_modal_share, "pairs")
