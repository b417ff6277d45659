"""A long text in two splits leaks the test set, whatever its column is called and whatever else is in the row."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.cells import NO_CELLS, ROW, texts
from ...tables.sql import Tables, query, quote_literal
from .. import Check

TRAIN = [{"_row": n, "split": "train", "setting": f"Could you please water fern number {n}?"} for n in range(20)]
TEST = [{"_row": n + 20, "split": "test", "setting": f"Could you kindly feed cat number {n}?"} for n in range(20)]


class SplitLeakTexts(Check):
    """No long text of a column is in more than one split."""

    severity = "warning"
    problem = "hold|holds a text that another split has in the same column"
    table = "*"
    unit = "cells"
    needs = {"*": ["split"]}
    by_column = True
    implied_by_row_type = True  # tables of a run have leak checks of their own
    repair = "split"
    passes = {"*": [*TRAIN, *TEST]}
    fails = {"*": [*TRAIN, *TEST, {**TEST[0], "_row": 40, "setting": TRAIN[0]["setting"]}]}

    min_words: Annotated[int, Field(ge=1)] = 4
    """Texts with fewer words may be labels or options, and are not checked."""
    max_repeats: Annotated[float, Field(ge=1)] = 5
    """A column whose long texts recur more often on average holds templates or categories, and is not checked."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cells of the later splits with the splits that share their text."""
        rows = tables["*"]
        columns = [t for t in texts(rows) if not t.many and not t.ours]
        if not columns:
            return query(rows, NO_CELLS)
        cells = ", ".join(f"{{'column': {quote_literal(t.path)}, 'value': {t.sql}}}" for t in columns)
        return query(
            rows,
            rf"""WITH cells AS (SELECT {ROW}, split, unnest([{cells}]) AS cell FROM rows WHERE split IS NOT NULL),
            long AS (SELECT {ROW}, split, cell.column AS "column", hash(norm(cell.value)) AS h FROM cells
                WHERE len(string_split_regex(trim(cell.value), '\s+')) >= {self.min_words}),
            written AS (SELECT "column" FROM long GROUP BY "column"
                HAVING count(*) <= {self.max_repeats} * count(DISTINCT h)),
            shared AS (SELECT "column", h, arg_min(split, {ROW}) AS first,
                    string_agg(DISTINCT split, ', ' ORDER BY split) AS splits
                FROM long SEMI JOIN written USING ("column") GROUP BY "column", h HAVING min(split) < max(split))
            SELECT {ROW}, "column", 'in ' || splits AS problem FROM long JOIN shared USING ("column", h)
            WHERE split <> first""",
        )
