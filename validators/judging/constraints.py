"""Checks the constraints of row types in DuckDB; they are derived from the row type, with no code per table.

A single scan finds the rows of a table that break a constraint; only those are read again. Keys and references take a
scan each. Findings have ids such as `considerations.text.max_length`; a table without violations has one finding,
`considerations.constraints`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, reduce
from typing import Any, NamedTuple

from duckdb import DuckDBPyRelation

from ...schemas.report import Finding, problem_line
from ...schemas.row import Column, Row, RowTypes, columns, key
from ..findings.evidence import evidence, examples
from ..findings.failing_rows import RowSink, discard_rows
from ..tables.schema_sql import Condition, can_hold, conditions
from ..tables.sql import Tables, key_text, materialize, query, quote_identifier, quote_literal


class Judged(NamedTuple):
    """A table with its row type."""

    table: str
    row_type: type[Row]
    relation: DuckDBPyRelation
    rows: int
    unit: str
    """What a row is called, in the plural."""
    keep: RowSink

    def finding(
        self,
        part: str,
        rule: str,
        problem: str,
        count: int,
        shown: list[dict[str, Any]],
        failing: Callable[[], DuckDBPyRelation] | None = None,
    ) -> Finding:
        """A finding about the rows; breaking a row type is always an error."""
        found = Finding(
            problem=problem_line(problem, count, self.rows, self.unit),
            rule=rule,
            check=f"{self.table}.{part}",
            severity="error",
            table=self.table,
            count=count,
            of=self.rows,
            unit=self.unit,
            examples=shown,
        )
        return self.keep(found, failing) if failing else found

    def key_parts(self) -> dict[str, str]:
        """The columns of the key that exist, as SQL."""
        return {part: quote_identifier(part) for part in key(self.row_type) if part in self.relation.columns}

    def place(self) -> dict[str, str]:
        """What locates a row, as SQL: its key, or its number."""
        return self.key_parts() or {part: part for part in ("_row",) if part in self.relation.columns}


def check_table(
    table: str,
    tables: Tables,
    row_types: RowTypes,
    rows: Mapping[str, int],
    keep: RowSink = discard_rows,
    unit: str = "rows",
) -> Iterator[Finding]:
    """Check a table against its row type: columns, constraints on rows, the key and references.

    `unit` is what the rows of the table are called in the plural.
    """
    if table not in tables:
        yield Finding(
            problem=f"The table `{table}` is missing",
            rule=f"The table `{table}` exists",
            check=f"{table}.missing",
            severity="error",
            table=table,
            count=1,
            of=0,
            unit=None,
            examples=[],
        )
        return
    judged = Judged(table, row_types[table], tables[table], rows[table], unit, keep)
    broken = [*_columns(judged), *_rows(judged)]
    yield from broken or [judged.finding("constraints", "Every row satisfies its row type", "", 0, [])]
    yield from _unique(judged)
    for column in columns(judged.row_type):
        if column.name in judged.relation.columns:
            yield from _points_somewhere(judged, column, tables, row_types)


def skipped_references(row_types: RowTypes) -> dict[str, str]:
    """References into tables without a row type -> why they are not checked."""
    pointing = ((table, column) for table, row_type in row_types.items() for column in columns(row_type))
    return {
        f"{table}.{column.name}.foreign_key": f"no table {column.foreign.table}"
        for table, column in pointing
        if column.foreign and column.foreign.table not in row_types
    }


def _types(judged: Judged) -> dict[str, Any]:
    return dict(zip(judged.relation.columns, judged.relation.types, strict=True))


def _columns(judged: Judged) -> Iterator[Finding]:
    """Required columns that are missing, and columns of another type: all rows fail."""
    there, count = _types(judged), max(judged.rows, 1)
    for column in columns(judged.row_type):
        if column.name not in there:
            if judged.row_type.model_fields[column.name].is_required():
                rule, problem = f"The column `{column.name}` exists", f"lack|lacks the column `{column.name}`"
                yield judged.finding(f"{column.name}.missing", rule, problem, count, [])
        elif not can_hold(column.schema, there[column.name]):
            expected, found = str(column.schema.get("type")), {"found": str(there[column.name])}
            rule = f"The column `{column.name}` is of type {expected}"
            problem = f"have|has `{column.name}` of another type than {expected}"
            yield judged.finding(f"{column.name}.type", rule, problem, count, [found])


def _rows(judged: Judged) -> Iterator[Finding]:
    """All conditions on rows, in a single scan."""
    there = _types(judged)
    usable = [c for c in columns(judged.row_type) if c.name in there and can_hold(c.schema, there[c.name])]
    asked = [(column, c) for column in usable for c in conditions(column, there[column.name])]
    if not asked or not judged.rows:
        return
    broken = _broken(judged, asked)
    parts = {part: f"struct_extract(one.shown, {quote_literal(part)})" for part in {**judged.place(), "found": ""}}
    counted = query(broken, f"SELECT one.rule, count(*), {examples(parts)} FROM rows GROUP BY 1 ORDER BY 1")
    for rule, count, found in counted.fetchall():
        failing = partial(query, broken, f"SELECT unnest(one.shown) FROM rows WHERE one.rule = {rule}")
        condition = asked[rule][1]
        check = f"{condition.path}.{condition.constraint}"
        yield judged.finding(check, condition.rule, condition.problem, count, found, failing)


def _broken(judged: Judged, asked: Sequence[tuple[Column, Condition]]) -> DuckDBPyRelation:
    """One row per violation: the number of the condition, and what to show of the row."""
    cases = []
    for rule, (column, condition) in enumerate(asked):
        parts = {**judged.place(), "found": f"CAST({quote_identifier(column.name)} AS VARCHAR)"}
        shown = ", ".join(f"{quote_literal(part)}: {sql}" for part, sql in parts.items())
        cases.append(f"CASE WHEN {condition.broken} THEN {{rule: {rule}, shown: {{{shown}}}}} END")
    each = f"list_filter([{', '.join(cases)}], lambda one: one IS NOT NULL)"
    anything = " OR ".join(f"({condition.broken})" for _, condition in asked)
    needed = ", ".join(
        dict.fromkeys([*judged.place().values(), *(quote_identifier(column.name) for column, _ in asked)])
    )
    # Finding which condition is broken is slower than finding that one is, so it runs on failing rows only.
    failing = materialize(query(judged.relation, f"SELECT {needed} FROM rows WHERE {anything}"))
    return materialize(query(failing, f"SELECT unnest({each}) AS one FROM rows"))


def _unique(judged: Judged) -> Iterator[Finding]:
    """Rows that repeat the key of an earlier row; nulls are a finding of their own."""
    parts = judged.key_parts()
    if not parts or len(parts) < len(key(judged.row_type)):
        return
    listed = ", ".join(parts.values())
    there = " AND ".join(f"{part} IS NOT NULL" for part in parts.values())
    keyed = f"SELECT {listed}, count(*) AS times FROM rows WHERE {there} GROUP BY {listed} HAVING times > 1"
    found = query(judged.relation, keyed)
    repeated = materialize(found)
    shown = examples({**parts, "found": "times || ' rows'"})
    count, first = query(repeated, f"SELECT coalesce(sum(times - 1), 0), {shown} FROM rows").fetchall()[0]
    named = ", ".join(f"`{part}`" for part in parts)
    rule, problem = f"No two rows have the same {named}", f"repeat|repeats the {named} of an earlier row"
    yield judged.finding("key", rule, problem, int(count), first or [], lambda: repeated)


def _points_somewhere(judged: Judged, column: Column, tables: Tables, row_types: RowTypes) -> Iterator[Finding]:
    if column.foreign and column.foreign.table in row_types:
        rule = f"Every `{column.name}` is a `{column.foreign.field}` of the table `{column.foreign.table}`"
        problem = f"have|has a `{column.name}` that is missing from the table `{column.foreign.table}`"
        parent = tables.get(column.foreign.table)
        known = parent if parent is not None and column.foreign.field in parent.columns else None
        orphans = _orphans(judged.relation, known, {column.name: column.foreign.field})
        yield _reference(judged, column, "foreign_key", rule, problem, orphans)
    if column.item_of and column.item_of in judged.relation.columns:
        rule = f"Every `{column.name}` is the key of a row in the table that `{column.item_of}` names"
        problem = f"have|has a `{column.name}` that is missing from the table in `{column.item_of}`"
        items = _items(judged, column.item_of, tables, row_types)
        orphans = _orphans(judged.relation, items, {column.item_of: "tab", column.name: "key"})
        yield _reference(judged, column, "item_key", rule, problem, orphans)


def _orphans(
    children: DuckDBPyRelation, parents: DuckDBPyRelation | None, pairs: Mapping[str, str]
) -> DuckDBPyRelation:
    """Rows whose reference has no row in `parents`; all rows with a reference if there is no such table."""
    pointing = children.filter(" AND ".join(f"{quote_identifier(child)} IS NOT NULL" for child in pairs))
    if parents is None:
        return pointing
    same = (
        f"CAST(child.{quote_identifier(a)} AS VARCHAR) = CAST(parent.{quote_identifier(b)} AS VARCHAR)"
        for a, b in pairs.items()
    )
    return pointing.set_alias("child").join(parents.set_alias("parent"), " AND ".join(same), how="anti")


def _reference(
    judged: Judged, column: Column, part: str, rule: str, problem: str, orphans: DuckDBPyRelation
) -> Finding:
    shown = {**judged.place(), "found": quote_identifier(column.name)}
    failing = orphans.select(", ".join(f"{sql} AS {quote_identifier(label)}" for label, sql in shown.items()))
    return judged.finding(f"{column.name}.{part}", rule, problem, *evidence(failing), lambda: failing)


def _items(judged: Judged, table_field: str, tables: Tables, row_types: RowTypes) -> DuckDBPyRelation | None:
    """Table and key of every row in the referenced tables, the key as in `schemas.row.key_of`."""
    keyed = [t for t in row_types if t in tables and set(key(row_types[t])) <= set(tables[t].columns)]
    field, known = f"CAST({quote_identifier(table_field)} AS VARCHAR)", ", ".join(map(quote_literal, keyed))
    named = query(judged.relation, f"SELECT DISTINCT {field} FROM rows WHERE {field} IN ({known or 'NULL'}) ORDER BY 1")
    selected = [
        tables[t].select(f"{quote_literal(t)} AS tab, {key_text(row_types[t])} AS key") for (t,) in named.fetchall()
    ]
    return reduce(lambda a, b: a.union(b), selected) if selected else None
