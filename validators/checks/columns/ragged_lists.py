"""Parallel lists, such as values and their reasons, cannot be aligned unless they have the same length."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.cells import NO_CELLS, ROW
from ...tables.column_stats import column_counts
from ...tables.sql import Tables, query, quote_identifier, quote_literal
from .. import Check

MOST = 12
"""Maximum number of list columns; every one is compared with every other."""


def _lists(*lengths: tuple[int, int]) -> list[dict[str, object]]:
    return [{"_row": n, "values": ["v"] * a, "reasons": ["r"] * b} for n, (a, b) in enumerate(lengths)]


class RaggedLists(Check):
    """Parallel lists in two columns have the same length, if nearly all do, or if their names pair them."""

    severity = "warning"
    problem = "hold|holds a list of another length than the parallel column"
    table = "*"
    unit = "cells"
    needs = {"*": []}
    passes = {"*": _lists(*[(1, 2), (2, 3), (3, 1)] * 9)}
    fails = {"*": _lists(*[(1, 1), (2, 2), (3, 3)] * 9, (3, 2))}

    min_modal_share: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """The check applies where at least this share of the rows has lists of equal length."""
    min_named_share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """The same share for columns such as `answers` and `en_answers`: one name begins or ends with the other."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Rows in which two parallel list columns differ in length."""
        lengths = _lengths(tables["*"])
        pairs = [*combinations(lengths, 2)]
        if not pairs:
            return query(tables["*"], NO_CELLS)
        rows = query(
            tables["*"],
            f"SELECT {ROW}, {', '.join(f'{sql} AS {quote_identifier(c)}' for c, sql in lengths.items())} FROM rows",
        )
        unequal = ", ".join(
            f"count(*) FILTER ({a} <> {b}), count({a} + {b})"
            for a, b in ((quote_identifier(a), quote_identifier(b)) for a, b in pairs)
        )
        found = query(rows, f"SELECT {unequal} FROM rows").fetchall()[0]
        wrong = [
            f"CASE WHEN {quote_identifier(a)} <> {quote_identifier(b)} THEN {{'column': {quote_literal(f'{a}, {b}')}, "
            f"'problem': 'lengths ' || {quote_identifier(a)} || ' and ' || {quote_identifier(b)}}} END"
            for (a, b), other, both in zip(pairs, found[::2], found[1::2], strict=True)
            if 0 < other <= (1 - self._min_share(a, b)) * both
        ]
        if not wrong:
            return query(rows, NO_CELLS)
        cells = f"SELECT {ROW}, unnest([{', '.join(wrong)}]) AS cell FROM rows"
        return query(rows, f"SELECT {ROW}, cell.column, cell.problem FROM ({cells}) WHERE cell IS NOT NULL")

    def _min_share(self, a: str, b: str) -> float:
        """Share of equal lengths that makes two columns parallel; the names are quoted."""
        short, long = sorted((a.strip('"'), b.strip('"')), key=len)
        paired = long.endswith(f"_{short}") or long.startswith(f"{short}_")
        return self.min_named_share if paired else self.min_modal_share


def _lengths(rows: DuckDBPyRelation) -> dict[str, str]:
    """List column -> SQL of the length of a list; columns of one length throughout are left out."""
    typed = dict(zip(rows.columns, rows.types, strict=True))
    counted = column_counts(rows)
    written = [column for column, kind in typed.items() if kind.id == "varchar" and counted[column].bracketed]
    brackets = ", ".join(
        f"coalesce(bool_and(CAST({quote_identifier(c)} AS VARCHAR) LIKE '[%'), false)" for c in written
    )
    as_text = query(rows, f"SELECT {brackets} FROM rows").fetchall()[0] if written else ()
    lists = {column: f"len({quote_identifier(column)})" for column, kind in typed.items() if kind.id == "list"}
    parsed = [column for column, is_list in zip(written, as_text, strict=True) if is_list]
    lists |= {column: f"len(TRY_CAST(CAST({quote_identifier(column)} AS VARCHAR) AS VARCHAR[]))" for column in parsed}
    vary = query(
        rows, f"SELECT {', '.join(f'min({n}) < max({n})' for n in lists.values()) or 'any_value(NULL)'} FROM rows"
    ).fetchall()[0]
    varied = [column for column, varies in zip(lists, vary, strict=False) if varies]
    return {column: lists[column] for column in varied[:MOST]}
