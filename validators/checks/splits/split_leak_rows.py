"""A row in two splits is both trained on and tested."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.cells import NO_CELLS, ROW, columns
from ...tables.sql import Tables, query, quote_identifier
from .. import Check

TEXT = "You find a purse and nobody looks."


class SplitLeakRows(Check):
    """No row is in more than one split."""

    severity = "error"
    problem = "repeat|repeats a row of another split"
    table = "*"
    needs = {"*": ["split"]}
    repair = "split"
    passes = {"*": [{"_row": n, "split": split, "text": "Yes"} for n, split in enumerate(["train", "test"])]}
    fails = {"*": [{"_row": n, "split": split, "text": TEXT} for n, split in enumerate(["train", "test"])]}

    min_bytes: Annotated[int, Field(ge=0)] = 20
    """Shorter rows, all columns and commas together, may be equal by coincidence and are not checked."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Rows that equal an earlier row of another split in all other columns."""
        rows = tables["*"]
        own = ", ".join(quote_identifier(column) for column in columns(rows) if column != "split")
        if not own:
            return query(rows, NO_CELLS)
        return query(
            rows,
            f"""WITH hashed AS (SELECT {ROW}, split, hash({own}) AS h FROM rows
                WHERE split IS NOT NULL AND strlen(CAST(row({own}) AS VARCHAR)) >= {self.min_bytes}),
            leaked AS (SELECT h, arg_min(split, {ROW}) AS first FROM hashed
                GROUP BY h HAVING min(split) < max(split))
            SELECT {ROW}, 'split' AS "column", 'in ' || split || ' and in ' || first AS problem
            FROM hashed JOIN leaked USING (h) WHERE split <> first""",
        )
