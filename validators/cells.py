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

    def any(self, wrong: Sql) -> str:
        """True where one of the texts is wrong."""
        if not self.many:
            return f"coalesce({wrong(self.sql)}, false)"
        return f"len(list_filter({self.sql}, lambda v: {wrong('v')})) > 0"

    def first(self, wrong: Sql) -> str:
        """The first text that is wrong."""
        return f"list_filter({self.sql}, lambda v: {wrong('v')})[1]" if self.many else self.sql


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
    """Every cell with a text that is wrong: _row, column, problem.

    A column in which more than the share `most` of the texts is wrong is written so on purpose and left out. One scan;
    with `most` below 1 a second one, which counts.
    """
    found = texts(relation)
    if most < 1 and found:
        found = _rarely(relation, found, wrong, most)
    if not found:
        return over(relation, NOTHING)
    where = " OR ".join(t.any(wrong) for t in found)
    cells = [
        f"CASE WHEN {t.any(wrong)} THEN {{'column': {text(t.path)}, 'problem': {problem(t.first(wrong))}}} END"
        for t in found
    ]
    return over(
        relation,
        f"""SELECT {ROW}, cell.column, cell.problem FROM (
            SELECT {ROW}, unnest([{", ".join(cells)}]) AS cell FROM rows WHERE {where}
        ) WHERE cell IS NOT NULL""",
    )


def _rarely(relation: DuckDBPyRelation, found: list[Text], wrong: Sql, most: float) -> list[Text]:
    counts = [f"count(*) FILTER ({t.any(wrong)}), count({t.sql})" for t in found]
    numbers = over(relation, f"SELECT {', '.join(counts)} FROM rows").fetchall()[0]
    return [t for t, bad, of in zip(found, numbers[::2], numbers[1::2], strict=True) if 0 < bad <= most * of]


def around(value: str, pattern: str, flags: str = "") -> str:
    """SQL of what a pattern matches in a text, with a little of the text on both sides."""
    return f"regexp_extract({value}, {text(f'(?s{flags}).{{0,30}}(?:{pattern}).{{0,30}}')})"
