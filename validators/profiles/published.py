"""Somebody's tables as their profile describes them: typed, with its rules looked at, and read as views."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial, reduce

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas.published_dataset import Config, Rule, View
from ...schemas.report import Finding, Profile, problem_line
from ...schemas.row import Column, columns
from ...schemas.views import VIEWS
from ..findings.evidence import evidence, parts
from ..findings.severity import capped, of_constraint, weakest
from ..findings.subject import Subject
from ..tables.casts import cast_cell, is_uncastable, sql_type
from ..tables.sql import Tables, query, quote_identifier, quote_literal
from .column_roles import guess_roles
from .recognise import Recognised

CONFIG_REFERENCE = re.compile(r'\btheirs\.(?:"((?:[^"]|"")+)"|(\w+))')
"""A config that a statement names."""
SAID = {"label": "trim(label) <> ''", "score": "NOT isnan(score)"}
"""Column of a judgement -> whether something is said in it."""


def read_published(connection: DuckDBPyConnection, dataset: str, raw: Tables, known: Recognised) -> Subject:
    """A published dataset, ready to be judged."""
    profile, tables = known.profile, typed_tables(connection, raw, known)
    configs = {config: profile.configs[config] for config in tables}
    cells = [
        finding for table, config in known.configs.items() for finding in _cells(config, configs[config], raw[table])
    ]
    broken, skipped = _rules(connection, known.name, profile.rules, tables)
    tried = any(config.evidence == "file" for config in profile.configs.values())
    how = known.how + ("" if tried else "; no real file was at hand when its profile was written")
    shape = weakest(config.evidence for config in configs.values())
    return Subject(
        dataset=dataset,
        raw=raw,
        tables=tables,
        row_types={config: part.row for config, part in configs.items()},
        views=create_views(connection, profile.views, tables),
        findings=[*cells, *broken],
        failing={f"{known.name}.{rule}": partial(connection.sql, profile.rules[rule].select) for rule in profile.rules},
        skipped=skipped,
        profile=Profile(name=known.name, title=profile.title, how=how, evidence=shape, columns=dict(known.configs)),
        configs=configs,
    )


def typed_tables(connection: DuckDBPyConnection, raw: Tables, known: Recognised) -> dict[str, DuckDBPyRelation]:
    """Config -> all rows that are of it, as `theirs.<config>`, typed; a cell that cannot be read so is null."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS theirs")
    there = {c: {table: raw[table] for table in raw if known.configs.get(table) == c} for c in known.profile.configs}
    return {c: _table(connection, c, known.profile.configs[c], tables) for c, tables in there.items() if tables}


def create_views(connection: DuckDBPyConnection, views: Sequence[View], tables: Tables) -> dict[str, DuckDBPyRelation]:
    """View -> its rows, of all views whose configs are there."""
    made: dict[str, list[DuckDBPyRelation]] = {}
    for view in views:
        if not _absent(view.select, tables):
            made.setdefault(view.name, []).append(_given(view.name, connection.sql(view.select)))
    connection.execute("CREATE SCHEMA IF NOT EXISTS views")
    return {view: _kept(connection, view, reduce(_union, parts)) for view, parts in made.items()}


def _kept(connection: DuckDBPyConnection, view: str, rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """The rows as a table: dozens of checks read them, and none must meet what an optimiser makes of a long query."""
    rows.create(f"views.{view}")
    return connection.table(f"views.{view}")


def _union(a: DuckDBPyRelation, b: DuckDBPyRelation) -> DuckDBPyRelation:
    """One below the other, columns by name; a column that one of them lacks is null there."""
    more_a = [f"NULL AS {quote_identifier(c)}" for c in b.columns if c not in a.columns]
    more_b = [f"NULL AS {quote_identifier(c)}" for c in a.columns if c not in b.columns]
    whole = a.select(", ".join(["*", *more_a]))
    return whole.union(b.select(", ".join(["*", *more_b])).select(", ".join(map(quote_identifier, whole.columns))))


def _cast(view: str, rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Rows with every column of the type that the view gives it."""
    known = {c.name: sql_type(c.schema) for c in columns(VIEWS[view])} if view in VIEWS else {"annotator_id": "VARCHAR"}
    kinds = ((column, known.get(column)) for column in rows.columns)
    return rows.select(
        ", ".join(
            f"TRY_CAST({quote_identifier(c)} AS {k}) AS {quote_identifier(c)}" if k else quote_identifier(c)
            for c, k in kinds
        )
    )


def _given(view: str, rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Rows of a view as it wants them, without blank judgements: those are missing."""
    typed = _cast(view, rows)
    said = [sql for column, sql in SAID.items() if column in typed.columns]
    return typed.filter(" OR ".join(said)) if view == "annotations" else typed


def _table(connection: DuckDBPyConnection, config: str, part: Config, raw: Tables) -> DuckDBPyRelation:
    """All raw tables that are this config, one below the other, as a table of the database."""
    parts = [query(relation, f"SELECT {_selected(part, table, relation)} FROM rows") for table, relation in raw.items()]
    reduce(lambda a, b: a.union(b), parts).create_view(f"_typed_{config}", replace=True)
    place = f"theirs.{quote_identifier(config)}"
    connection.execute(f"CREATE TABLE {place} AS FROM {quote_identifier(f'_typed_{config}')}")
    return connection.sql(f"FROM {place}")


def _selected(part: Config, table: str, relation: DuckDBPyRelation) -> str:
    kinds = dict(zip(relation.columns, relation.types, strict=True))
    cells = {
        c.name: cast_cell(c, kinds[c.name]) if c.name in kinds else f"NULL::{sql_type(c.schema)}"
        for c in columns(part.row)
    }
    more = {
        "split": "CAST(split AS VARCHAR)" if "split" in kinds else "NULL::VARCHAR",
        "_table": quote_literal(table),
        "_row": "_row" if "_row" in kinds else "row_number() OVER ()",
    }
    beside = {
        role: quote_identifier(column)
        for column, role in guess_roles(relation).items()
        if column not in part.row.model_fields
    }
    more |= {role: f"CAST({beside.get(role, 'NULL')} AS VARCHAR)" for role in part.roles}
    return ", ".join(f"{sql} AS {quote_identifier(column)}" for column, sql in (more | cells).items())


def _cells(table: str, part: Config, relation: DuckDBPyRelation) -> Iterator[Finding]:
    """Cells that cannot be read as what their column should hold; all columns in one scan."""
    kinds = dict(zip(relation.columns, relation.types, strict=True))
    there = [
        c for c in columns(part.row) if c.name in kinds and cast_cell(c, kinds[c.name]) != quote_identifier(c.name)
    ]
    if not there:
        return
    asked = ", ".join(f"count(*) FILTER ({is_uncastable(c, kinds[c.name])})" for c in there)
    of, *counts = query(relation, f"SELECT count(*), {asked} FROM rows").fetchall()[0]
    for column, count in zip(there, counts, strict=True):
        if count:
            yield of_constraint(
                _unread(table, column, count, of, relation, is_uncastable(column, kinds[column.name])), part
            )


def _unread(table: str, column: Column, count: int, of: int, relation: DuckDBPyRelation, broken: str) -> Finding:
    place = "_row, " if "_row" in relation.columns else ""
    failing = query(relation, f"SELECT {place}{quote_identifier(column.name)} AS found FROM rows WHERE {broken}")
    expected = column.schema["type"]
    return Finding(
        problem=problem_line(f"have|has `{column.name}` that is not of type {expected}", count, of, "rows"),
        rule=f"`{column.name}` is of type {expected}",
        check=f"{table}.{column.name}.type",
        severity="error",
        table=table,
        count=count,
        of=of,
        examples=evidence(failing)[1],
    )


def _rules(
    connection: DuckDBPyConnection, profile: str, rules: Mapping[str, Rule], tables: Tables
) -> tuple[list[Finding], dict[str, str]]:
    """What breaks the rules of a profile, and those that need a config that is not there."""
    findings, skipped = [], {}
    for rule_id, rule in rules.items():
        if absent := _absent(rule.select, tables):
            skipped[f"{profile}.{rule_id}"] = ", ".join(f"no table {config}" for config in absent)
        else:
            findings.append(_rule(connection, f"{profile}.{rule_id}", rule, tables))
    return findings, skipped


def _rule(connection: DuckDBPyConnection, check: str, rule: Rule, tables: Tables) -> Finding:
    table = _named(rule.select)[0]
    failing = connection.sql(rule.select)
    count, shown = evidence(failing)
    of = int(tables[table].aggregate(_counted(rule)).fetchall()[0][0])
    found = Finding(
        problem=problem_line(rule.problem, count, of, rule.unit),
        rule=rule.title,
        check=check,
        severity=rule.severity,
        table=table,
        count=count,
        of=of,
        unit=rule.unit,
        examples=shown,
        parts=parts(failing, count),
    )
    return capped(found, rule.evidence)


def _counted(rule: Rule) -> str:
    """How many units there are; 0 where nothing tells them apart. Null is a value, as others."""
    if rule.unit == "rows":
        return "count(*)"
    return f"count(DISTINCT hash({rule.per}))" if rule.per else "count(NULL)"


def _named(select: str) -> list[str]:
    return [(quoted or plain).replace('""', '"') for quoted, plain in CONFIG_REFERENCE.findall(select)]


def _absent(select: str, tables: Tables) -> list[str]:
    return [config for config in dict.fromkeys(_named(select)) if config not in tables]
