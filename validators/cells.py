"""The texts in the cells of any table, also those inside lists and structs, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from duckdb import DuckDBPyRelation
from duckdb.sqltypes import DuckDBPyType

from .conditions import members
from .tables import name, over, text

ROW = "_row"
"""Number of the record in its file, counted from 1; every raw table has it."""
NOTHING = f"SELECT 0::BIGINT AS {ROW}, '' AS \"column\", '' AS problem WHERE false"

Sql = Callable[[str], str]
"""From the SQL of a text to SQL about it."""


class Text(NamedTuple):
    """One text of a row, or one list of texts."""

    path: str
    """The column and what is inside it, such as `actions[].description`."""
    sql: str
    """Its value, or a list of values where `many`."""
    many: bool

    def cells(self) -> str:
        """A list of `{column, value}` of the texts."""
        if not self.many:
            return f"[{{'column': {text(self.path)}, 'value': {self.sql}}}]"
        return f"coalesce(list_transform({self.sql}, lambda v: {{'column': {text(self.path)}, 'value': v}}), [])"


def columns(relation: DuckDBPyRelation) -> list[str]:
    """The columns that the file itself has."""
    return [column for column in relation.columns if column != ROW]


def texts(relation: DuckDBPyRelation) -> list[Text]:
    """Every text in a row of a raw table."""
    typed = zip(relation.columns, relation.types, strict=True)
    return [leaf for column, kind in typed if column != ROW for leaf in _leaves(column, name(column), kind, False)]


def _leaves(path: str, sql: str, kind: DuckDBPyType, many: bool) -> Iterator[Text]:
    if kind.id in ("varchar", "enum"):
        yield Text(path, _plain(sql, kind, many), many)
    elif kind.id == "list":
        yield from _leaves(f"{path}[]", f"flatten({sql})" if many else sql, members(kind)["child"], True)
    elif kind.id == "struct":
        for part, inner in members(kind).items():
            yield from _leaves(f"{path}.{part}", _each(sql, partial(_part, part), many), inner, many)


def _plain(sql: str, kind: DuckDBPyType, many: bool) -> str:
    """A text as people read it: JSON without its quotes, an enum as text."""
    if str(kind) == "JSON":
        return _each(sql, lambda v: f"({v} ->> '$')", many)
    return sql if kind.id == "varchar" else _each(sql, lambda v: f"CAST({v} AS VARCHAR)", many)


def _part(part: str, value: str) -> str:
    return f"struct_extract({value}, {text(part)})"


def _each(sql: str, made: Sql, many: bool) -> str:
    return f"list_transform({sql}, lambda v: {made('v')})" if many else made(sql)


def wrong_texts(relation: DuckDBPyRelation, wrong: Sql, problem: Sql, most: float = 1.0) -> DuckDBPyRelation:
    """Every text that is wrong: _row, column, problem.

    A column in which more than the share `most` of the texts is wrong is written so on purpose and left out. One scan;
    with `most` below 1 a second one, which counts. A pattern is compiled once, however many columns there are.
    """
    found = texts(relation)
    if not found:
        return over(relation, NOTHING)
    wrong_ones = f"""SELECT {ROW}, cell.column, {problem("cell.value")} AS problem FROM (
        SELECT {ROW}, unnest(flatten([{", ".join(t.cells() for t in found)}])) AS cell FROM rows)
        WHERE cell.value IS NOT NULL AND {wrong("cell.value")}"""
    return over(relation, wrong_ones if most == 1 else f"{wrong_ones} QUALIFY {_rarely(found, most)}")


def _rarely(found: list[Text], most: float) -> str:
    """True of what is in no more than this share of the texts of its column."""
    counts = ", ".join(
        f"{{'column': {text(t.path)}, 'n': {f'sum(len({t.sql}))' if t.many else f'count({t.sql})'}}}" for t in found
    )
    said = f"SELECT unnest([{counts}]) AS said FROM rows"
    return f"""count(*) OVER (PARTITION BY cell.column)
        <= {most} * (SELECT said.n FROM ({said}) WHERE said.column = cell.column)"""


def around(value: str, pattern: str, flags: str = "") -> str:
    """SQL of what a pattern matches in a text, with a little of the text on both sides."""
    return f"regexp_extract({value}, {text(f'(?s{flags}).{{0,30}}(?:{pattern}).{{0,30}}')})"
