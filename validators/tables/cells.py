"""The texts in any table, including those inside lists and structs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from duckdb import DuckDBPyRelation
from duckdb.sqltypes import DuckDBPyType

from .schema_sql import members
from .sql import query, quote_identifier, quote_literal

ROW = "_row"
"""Column of every raw table: the number of the record in its file, from 1."""
NO_CELLS = f"SELECT 0::BIGINT AS {ROW}, {{'column': '', 'value': '', 'ours': false}} AS cell WHERE false"
INTERNAL = frozenset({"digest", "split", "revision", "model", "item_table"})
"""Columns that hold identifiers, not natural language; so do those that end in `_id`."""

Sql = Callable[[str], str]
"""From the SQL of a text to SQL about it."""


class Text(NamedTuple):
    """A text of a row, or a list of texts."""

    path: str
    """The column and what is inside it, such as `actions[].description`."""
    sql: str
    """Its value, or a list of values where `many`."""
    many: bool
    ours: bool = False
    """Whether it is an identifier and not natural language."""

    def cells(self) -> str:
        """A list of `{column, value, ours}` of the texts."""
        if not self.many:
            return f"[{self._cell(self.sql)}]"
        return f"coalesce(list_transform({self.sql}, lambda v: {self._cell('v')}), [])"

    def _cell(self, value: str) -> str:
        return f"{{'column': {quote_literal(self.path)}, 'value': {value}, 'ours': {str(self.ours).lower()}}}"


def columns(relation: DuckDBPyRelation) -> list[str]:
    """The columns of the file, without those that readers add."""
    return [column for column in relation.columns if column != ROW]


def is_internal(column: str) -> bool:
    """Whether a column of this name holds identifiers."""
    return column in INTERNAL or column.endswith("_id")


def texts(relation: DuckDBPyRelation) -> list[Text]:
    """Every text in a row of a raw table."""
    typed = zip(relation.columns, relation.types, strict=True)
    return [
        leaf._replace(ours=is_internal(column))
        for column, kind in typed
        if column != ROW
        for leaf in _leaves(column, quote_identifier(column), kind, False)
    ]


def _leaves(path: str, sql: str, kind: DuckDBPyType, many: bool) -> Iterator[Text]:
    if kind.id in ("varchar", "enum"):
        yield Text(path, _plain(sql, kind, many), many)
    elif kind.id == "list":
        yield from _leaves(f"{path}[]", f"flatten({sql})" if many else sql, members(kind)["child"], True)
    elif kind.id == "struct":
        for part, inner in members(kind).items():
            yield from _leaves(f"{path}.{part}", _each(sql, partial(_part, part), many), inner, many)


def _plain(sql: str, kind: DuckDBPyType, many: bool) -> str:
    """A text as VARCHAR: JSON without its quotes, an enum by name."""
    if str(kind) == "JSON":
        return _each(sql, lambda v: f"({v} ->> '$')", many)
    return sql if kind.id == "varchar" else _each(sql, lambda v: f"CAST({v} AS VARCHAR)", many)


def _part(part: str, value: str) -> str:
    return f"struct_extract({value}, {quote_literal(part)})"


def _each(sql: str, made: Sql, many: bool) -> str:
    return f"list_transform({sql}, lambda v: {made('v')})" if many else made(sql)


def cells(relation: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every text of a raw table, one per row: _row, and a cell of `{column, value, ours}`."""
    listed = [leaf.cells() for leaf in texts(relation)]
    if not listed:
        return query(relation, NO_CELLS)
    each = f"SELECT {ROW}, unnest(flatten([{', '.join(listed)}])) AS cell FROM rows"
    return query(relation, f"SELECT * FROM ({each}) WHERE cell.value IS NOT NULL")


def excerpt(value: str, pattern: str, flags: str = "") -> str:
    """SQL of the first match of a pattern in a text with 30 characters around it."""
    return f"regexp_extract({value}, {quote_literal(f'(?s{flags}).{{0,30}}(?:{pattern}).{{0,30}}')})"
