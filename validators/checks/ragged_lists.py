"""Lists that go together, such as values and the reasons for them, and are not equally long cannot be paired."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ..cells import NOTHING, ROW
from ..check import Check
from ..tables import Tables, name, over, text

MOST = 20
"""Columns of lists that are compared, each with each."""


def _lists(*lengths: tuple[int, int]) -> list[dict[str, object]]:
    return [{"_row": n, "values": ["v"] * a, "reasons": ["r"] * b} for n, (a, b) in enumerate(lengths)]


class RaggedLists(Check):
    """Columns of lists that are equally long in nearly all rows are so in every row."""

    severity = "warning"
    table = "*"
    needs = {"*": []}
    passes = {"*": _lists(*[(1, 2), (2, 3), (3, 1)] * 9)}
    fails = {"*": _lists(*[(1, 1), (2, 2), (3, 3)] * 9, (3, 2))}

    usual: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Share of the rows with equal lengths from which another length is taken for a mistake."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Rows in which one of two such columns has more members than the other."""
        rows, lengths = tables["*"], _lengths(tables["*"])
        pairs = [*combinations(lengths, 2)]
        counted = ", ".join(_agreement(lengths[a], lengths[b]) for a, b in pairs)
        found = over(rows, f"SELECT {counted} FROM rows").fetchall()[0] if pairs else ()
        wrong = [
            f"CASE WHEN {lengths[a]} <> {lengths[b]} THEN {{'column': {text(f'{a}, {b}')}, "
            f"'problem': 'lengths ' || {lengths[a]} || ' and ' || {lengths[b]}}} END"
            for (a, b), equal, both, vary in zip(pairs, found[::3], found[1::3], found[2::3], strict=True)
            if vary and self.usual * both <= equal < both
        ]
        if not wrong:
            return over(rows, NOTHING)
        cells = f"SELECT {ROW}, unnest([{', '.join(wrong)}]) AS cell FROM rows"
        return over(rows, f"SELECT {ROW}, cell.column, cell.problem FROM ({cells}) WHERE cell IS NOT NULL")


def _lengths(rows: DuckDBPyRelation) -> dict[str, str]:
    """Column -> SQL of the length of its list, of columns that are lists or hold them as text."""
    typed = dict(zip(rows.columns, rows.types, strict=True))
    written = [column for column, kind in typed.items() if kind.id == "varchar"]
    brackets = ", ".join(f"coalesce(bool_and({name(c)}[1] = '['), false)" for c in written)
    as_text = over(rows, f"SELECT {brackets} FROM rows").fetchall()[0] if written else ()
    lists = {column: f"len({name(column)})" for column, kind in typed.items() if kind.id == "list"}
    parsed = [column for column, is_list in zip(written, as_text, strict=True) if is_list]
    lists |= {column: f"len(TRY_CAST({name(column)} AS VARCHAR[]))" for column in parsed}
    return dict([*lists.items()][:MOST])


def _agreement(a: str, b: str) -> str:
    """How many rows have equal lengths, how many have both, and whether lengths vary."""
    return f"count(*) FILTER ({a} = {b}), count({a} + {b}), coalesce(min({a}) < max({a}), false)"
