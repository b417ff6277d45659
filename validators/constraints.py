"""The constraints of a row type as DuckDB checks them: nothing here is written by hand for a table.

All constraints on the rows of a table are counted in one scan. Keys and what points to them take a scan each.
Findings have ids such as `considerations.text.max_length`; what holds for all columns is one finding,
`considerations.constraints`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

from duckdb import DuckDBPyRelation

from ..schemas.report import Finding
from ..schemas.row import Column, Row, columns, key
from .conditions import Condition, conditions, fits
from .evidence import evidence, examples
from .tables import Tables, key_text, name, over, text

RowTypes = Mapping[str, type[Row]]
"""Table name -> its row type."""


class Judged(NamedTuple):
    """One table and what it should be."""

    table: str
    row_type: type[Row]
    relation: DuckDBPyRelation
    rows: int

    def finding(self, rule: str, title: str, count: int, shown: list[dict[str, Any]]) -> Finding:
        """Whatever breaks a row type breaks its use: always an error."""
        check = f"{self.table}.{rule}"
        return Finding(
            check=check, severity="error", title=title, table=self.table, count=count, of=self.rows, examples=shown
        )

    def key_parts(self) -> dict[str, str]:
        """The columns of the key that are there, as SQL."""
        return {part: name(part) for part in key(self.row_type) if part in self.relation.columns}


def check_table(table: str, tables: Tables, row_types: RowTypes, rows: Mapping[str, int]) -> Iterator[Finding]:
    """What a table does to the constraints of its row type: columns, rows, key, and what its rows point to."""
    if table not in tables:
        absent = f"the table `{table}` is there"
        yield Finding(check=f"{table}.missing", severity="error", title=absent, table=table, count=1, of=0, examples=[])
        return
    judged = Judged(table, row_types[table], tables[table], rows[table])
    broken = [*_columns(judged), *_rows(judged)]
    yield from broken or [judged.finding("constraints", "Rows keep the constraints of their row type", 0, [])]
    yield from _unique(judged)
    for column in columns(judged.row_type):
        if column.name in judged.relation.columns:
            yield from _points_somewhere(judged, column, tables, row_types)


def _types(judged: Judged) -> dict[str, Any]:
    return dict(zip(judged.relation.columns, judged.relation.types, strict=True))


def _columns(judged: Judged) -> Iterator[Finding]:
    """Columns that are required and missing, or of another type: all rows fail."""
    there, count = _types(judged), max(judged.rows, 1)
    for column in columns(judged.row_type):
        if column.name not in there:
            if judged.row_type.model_fields[column.name].is_required():
                yield judged.finding(f"{column.name}.missing", f"the column `{column.name}` is there", count, [])
        elif not fits(column.schema, there[column.name]):
            expected, found = str(column.schema.get("type")), {"found": str(there[column.name])}
            yield judged.finding(f"{column.name}.type", f"`{column.name}` is of type {expected}", count, [found])


def _rows(judged: Judged) -> Iterator[Finding]:
    """All conditions on rows in one scan; a second one shows rows that break what is broken."""
    there = _types(judged)
    usable = [c for c in columns(judged.row_type) if c.name in there and fits(c.schema, there[c.name])]
    asked = [(column, c) for column in usable for c in conditions(column, there[column.name])]
    counts = _one_row(judged.relation, [f"count(*) FILTER ({c.broken})" for _, c in asked])
    broken = [(column, c, count) for (column, c), count in zip(asked, counts, strict=True) if count]
    shown = _one_row(judged.relation, [_shown(judged, column, c) for column, c, _ in broken])
    for (_, condition, count), found in zip(broken, shown, strict=True):
        yield judged.finding(f"{condition.path}.{condition.rule}", condition.title, count, found)


def _one_row(relation: DuckDBPyRelation, aggregates: Sequence[str]) -> tuple[Any, ...]:
    return tuple(over(relation, f"SELECT {', '.join(aggregates)} FROM rows").fetchall()[0]) if aggregates else ()


def _shown(judged: Judged, column: Column, condition: Condition) -> str:
    return f"{examples({**judged.key_parts(), 'found': name(column.name)})} FILTER ({condition.broken})"


def _unique(judged: Judged) -> Iterator[Finding]:
    """Rows whose key an earlier row has already."""
    parts = judged.key_parts()
    if not parts or len(parts) < len(key(judged.row_type)):
        return
    listed = ", ".join(parts.values())
    repeated = over(judged.relation, f"SELECT {listed}, count(*) AS times FROM rows GROUP BY {listed} HAVING times > 1")
    shown = examples({**parts, "found": "times || ' rows'"})
    count, found = over(repeated, f"SELECT coalesce(sum(times - 1), 0), {shown} FROM rows").fetchall()[0]
    yield judged.finding("key", f"No two rows have the same {', '.join(parts)}", int(count), found or [])


def _points_somewhere(judged: Judged, column: Column, tables: Tables, row_types: RowTypes) -> Iterator[Finding]:
    if column.foreign:
        title = f"`{column.name}` is a `{column.foreign.field}` of `{column.foreign.table}`"
        parent = tables.get(column.foreign.table)
        known = parent if parent is not None and column.foreign.field in parent.columns else None
        orphans = _orphans(judged.relation, known, {column.name: column.foreign.field})
        yield _reference(judged, column, "foreign_key", title, orphans)
    if column.item_of and column.item_of in judged.relation.columns:
        title = f"`{column.name}` is the key of a row in the table that `{column.item_of}` names"
        items = _items(judged, column.item_of, tables, row_types)
        orphans = _orphans(judged.relation, items, {column.item_of: "tab", column.name: "key"})
        yield _reference(judged, column, "item_key", title, orphans)


def _orphans(
    children: DuckDBPyRelation, parents: DuckDBPyRelation | None, pairs: Mapping[str, str]
) -> DuckDBPyRelation:
    """Rows that point to no row of `parents`; all that point, where there is no such table."""
    pointing = children.filter(" AND ".join(f"{name(child)} IS NOT NULL" for child in pairs))
    if parents is None:
        return pointing
    same = (f"CAST(child.{name(a)} AS VARCHAR) = CAST(parent.{name(b)} AS VARCHAR)" for a, b in pairs.items())
    return pointing.set_alias("child").join(parents.set_alias("parent"), " AND ".join(same), how="anti")


def _reference(judged: Judged, column: Column, rule: str, title: str, orphans: DuckDBPyRelation) -> Finding:
    shown = {**judged.key_parts(), "found": name(column.name)}
    count, found = evidence(orphans.select(", ".join(f"{sql} AS {name(label)}" for label, sql in shown.items())))
    return judged.finding(f"{column.name}.{rule}", title, count, found)


def _items(judged: Judged, table_field: str, tables: Tables, row_types: RowTypes) -> DuckDBPyRelation | None:
    """Table and key of every row in the tables that are named, the key as `schemas.row.key_of` gives it."""
    keyed = [t for t in row_types if t in tables and set(key(row_types[t])) <= set(tables[t].columns)]
    field, known = f"CAST({name(table_field)} AS VARCHAR)", ", ".join(map(text, keyed))
    named = over(judged.relation, f"SELECT DISTINCT {field} FROM rows WHERE {field} IN ({known or 'NULL'}) ORDER BY 1")
    selected = [tables[t].select(f"{text(t)} AS tab, {key_text(row_types[t])} AS key") for (t,) in named.fetchall()]
    return reduce(lambda a, b: a.union(b), selected) if selected else None
