"""Parallel lists inside an object, such as answers and their translations, cannot be aligned if lengths differ."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from duckdb import DuckDBPyRelation

from ...tables.cells import NO_CELLS, ROW
from ...tables.schema_sql import members
from ...tables.sql import Tables, query, quote_identifier, quote_literal
from .. import Check


class Pair(NamedTuple):
    """Two list fields of the objects in a list, whose names pair them."""

    column: str
    one: str
    other: str

    @property
    def path(self) -> str:
        """The fields as they are shown."""
        return f"{self.column}[].{self.one}, {self.column}[].{self.other}"

    @property
    def unequal(self) -> str:
        """SQL of the objects in which the lists differ in length."""
        one, other = (f"len(struct_extract(o, {quote_literal(name)}))" for name in (self.one, self.other))
        return f"list_filter({quote_identifier(self.column)}, lambda o: {one} <> {other})"


class RaggedNestedLists(Check):
    """Parallel lists inside an object have the same length, if the names of their fields pair them."""

    severity = "warning"
    problem = "hold|holds objects with parallel lists of different lengths"
    table = "*"
    unit = "rows"
    needs = {"*": []}
    passes = {"*": [{"_row": 1, "annotations": [{"answers": ["pan"], "en_answers": ["bread"]}, {"answers": []}]}]}
    fails = {
        "*": [
            {"_row": 1, "annotations": [{"answers": ["pan"], "en_answers": ["bread"]}]},
            {"_row": 2, "annotations": [{"answers": ["pan"], "en_answers": ["bread", "loaf"]}]},
        ]
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Rows with such an object, and the lengths of its lists."""
        rows = tables["*"]
        cells = ", ".join(
            f"CASE WHEN len({pair.unequal}) > 0 THEN {{'column': {quote_literal(pair.path)}, 'problem': "
            f"'different lengths: ' || left(CAST({pair.unequal}[1] AS VARCHAR), 100)}} END"
            for pair in _pairs(rows)
        )
        if not cells:
            return query(rows, NO_CELLS)
        each = f"SELECT {ROW}, unnest([{cells}]) AS cell FROM rows"
        return query(rows, f"SELECT {ROW}, cell.column, cell.problem FROM ({each}) WHERE cell IS NOT NULL")


def _pairs(rows: DuckDBPyRelation) -> Iterator[Pair]:
    """List fields of which one name begins or ends with the other, as `answers` and `en_answers`."""
    for column, kind in zip(rows.columns, rows.types, strict=True):
        inner = members(kind)["child"] if kind.id == "list" else kind
        fields = members(inner) if kind.id == "list" and inner.id == "struct" else {}
        for pair in combinations([name for name, field in fields.items() if field.id == "list"], 2):
            short, long = sorted(pair, key=len)
            if long.endswith(f"_{short}") or long.startswith(f"{short}_"):
                yield Pair(column, *pair)
