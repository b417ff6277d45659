"""INV-VP1, few: a situation with few considerations or kinds adds little to a plural dataset."""

from __future__ import annotations

from typing import get_args

from duckdb import DuckDBPyRelation
from pydantic import NonNegativeInt

from ....schemas.rows.values import Kind
from ...tables.sql import Tables, query, quote_literal
from .. import Check


class FewConsiderations(Check):
    """A situation has at least three considerations, with every kind among them."""

    severity = "warning"
    problem = "have|has fewer than {min_considerations} considerations or a missing kind"
    table = "situations"
    unit = "situations"
    needs = {"situations": ["situation_id"], "considerations": ["situation_id", "kind"]}
    passes = {
        "situations": [{"situation_id": "a"}, {"situation_id": "none at all is an error of its own"}],
        "considerations": [{"situation_id": "a", "kind": kind} for kind in ("value", "right", "duty")],
    }
    fails = {
        "situations": [{"situation_id": "a"}],
        "considerations": [{"situation_id": "a", "kind": kind} for kind in ("value", "value", "duty", "duty")],
    }

    min_considerations: NonNegativeInt = 3
    """Minimum number of considerations of a situation."""
    kinds: tuple[str, ...] = get_args(Kind)
    """Kinds that must all occur."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row per situation with too few considerations, and what is missing."""
        least = self.min_considerations
        missing = [
            f"CASE WHEN count(*) < {least} THEN count(*) || ' of {least} considerations' END",
            *(
                f"CASE WHEN bool_or(kind = {quote_literal(kind)}) THEN NULL ELSE {quote_literal(f'no {kind}')} END"
                for kind in self.kinds
            ),
        ]
        problem = f"concat_ws('; ', {', '.join(missing)}) AS problem"
        grouped = f"SELECT situation_id, {problem} FROM rows GROUP BY situation_id HAVING problem <> ''"
        return query(tables["considerations"], grouped)
