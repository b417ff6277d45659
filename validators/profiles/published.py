"""Read the tables of a published dataset by its profile: typed, checked against its rules, and as views."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial, reduce
from types import MappingProxyType

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas.published_dataset import Config, Rule, View
from ...schemas.report import Finding, Profile, problem_line
from ...schemas.row import Column, columns
from ...schemas.rows import declaration
from ...schemas.views import VIEWS
from ..findings.evidence import evidence, parts
from ..findings.severity import cap, cap_constraint, weakest
from ..findings.subject import Subject
from ..tables.casts import cast_cell, is_uncastable, sql_type
from ..tables.sql import Tables, query, quote_identifier, quote_literal
from .column_roles import guess_roles
from .dialogues import split_dialogues
from .recognise import Recognised

CONFIG_REFERENCE = re.compile(r'\btheirs\.(?:"((?:[^"]|"")+)"|(\w+))')
"""A config that an SQL statement refers to."""
HAS_VALUE = {"label": "trim(label) <> ''", "score": "NOT isnan(score)"}
"""Column of a judgement -> SQL that is true if it has a value."""


def read_published(connection: DuckDBPyConnection, dataset: str, raw: Tables, known: Recognised) -> Subject:
    """A recognised published dataset as the subject of validation."""
    profile, tables = known.profile, typed_tables(connection, raw, known)
    configs = {config: profile.configs[config] for config in tables}
    cells = [
        finding for table, config in known.configs.items() for finding in _cells(config, configs[config], raw[table])
    ]
    broken, skipped = _rules(connection, known.name, profile.rules, tables)
    has_files = any(config.evidence == "file" for config in profile.configs.values())
    how = known.how + ("" if has_files else "; its profile was written without a file at hand")
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
        plots=declaration(profile.family).plots if profile.family else {},
        configs=configs,
    )


def typed_tables(connection: DuckDBPyConnection, raw: Tables, known: Recognised) -> dict[str, DuckDBPyRelation]:
    """Config -> its rows, typed, also as the table `theirs.<config>`; cells that cannot be cast are null."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS theirs")
    by_config = {c: {t: raw[t] for t in raw if known.configs.get(t) == c} for c in known.profile.configs}
    return {c: _typed(connection, c, known.profile.configs[c], tables) for c, tables in by_config.items() if tables}


def covered_tables(known: Recognised) -> dict[str, set[str]]:
    """View -> the raw tables of which the profile makes it."""
    covered: dict[str, set[str]] = {}
    for view in known.profile.views:
        configs = _named(view.select)
        covered.setdefault(view.name, set()).update(t for t, config in known.configs.items() if config in configs)
    return covered


def create_views(
    connection: DuckDBPyConnection,
    views: Sequence[View],
    tables: Tables,
    beside: Tables = MappingProxyType({}),
) -> dict[str, DuckDBPyRelation]:
    """View -> its rows, for all views whose configs are present; each is materialized as `views.<name>`.

    Views `beside` them, made before, are part of the result.
    """
    by_name: dict[str, list[DuckDBPyRelation]] = {name: [rows] for name, rows in beside.items()}
    for view in views:
        if not _absent(view.select, tables):
            rows = _cast(view.name, connection.sql(view.select))
            by_name.setdefault(view.name, []).append(split_dialogues(rows) if view.name == "pairs" else rows)
    schema = "all_views" if beside else "views"
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for name, unions in by_name.items():
        # A table: dozens of checks read it, and none of their queries should have to be optimised with the view's.
        reduce(_union, unions).create(f"{schema}.{name}")
    return {name: connection.table(f"{schema}.{name}") for name in by_name}


def _union(a: DuckDBPyRelation, b: DuckDBPyRelation) -> DuckDBPyRelation:
    """A union by column names; missing columns are null."""
    more_a = [f"NULL AS {quote_identifier(c)}" for c in b.columns if c not in a.columns]
    more_b = [f"NULL AS {quote_identifier(c)}" for c in a.columns if c not in b.columns]
    whole = a.select(", ".join(["*", *more_a]))
    return whole.union(b.select(", ".join(["*", *more_b])).select(", ".join(map(quote_identifier, whole.columns))))


def _cast(view: str, rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Rows of a view with its column types; annotations without a value are missing and left out."""
    known = {c.name: sql_type(c.schema) for c in columns(VIEWS[view])} if view in VIEWS else {"annotator_id": "VARCHAR"}
    kinds = ((column, known.get(column)) for column in rows.columns)
    typed = rows.select(
        ", ".join(
            f"TRY_CAST({quote_identifier(c)} AS {k}) AS {quote_identifier(c)}" if k else quote_identifier(c)
            for c, k in kinds
        )
    )
    has_value = [sql for column, sql in HAS_VALUE.items() if column in typed.columns]
    return typed.filter(" OR ".join(has_value)) if view == "annotations" else typed


def _typed(connection: DuckDBPyConnection, config: str, part: Config, raw: Tables) -> DuckDBPyRelation:
    """The union of all raw tables of a config, as a table of the database."""
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
    """Columns with cells that cannot be cast to their type; all columns in one scan."""
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
            yield cap_constraint(
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
    """The findings of a profile's rules, and rule -> why it was skipped."""
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
        rule=rule.rule,
        check=check,
        severity=rule.severity,
        table=table,
        count=count,
        of=of,
        unit=rule.unit,
        examples=shown,
        parts=parts(failing, count),
    )
    return cap(found, rule.evidence)


def _counted(rule: Rule) -> str:
    """SQL that counts the units of a rule: rows, or distinct values of `per`; 0 if it has none."""
    if rule.unit == "rows":
        return "count(*)"
    return f"count(DISTINCT hash({rule.per}))" if rule.per else "count(NULL)"


def _named(select: str) -> list[str]:
    return [(quoted or plain).replace('""', '"') for quoted, plain in CONFIG_REFERENCE.findall(select)]


def _absent(select: str, tables: Tables) -> list[str]:
    return [config for config in dict.fromkeys(_named(select)) if config not in tables]
