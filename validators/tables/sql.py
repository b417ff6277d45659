"""DuckDB connections and queries; the only module that quotes names and values for SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import duckdb

from ...schemas.row import Row, key
from .literal import register_literal
from .mojibake import register_fix_encoding
from .normalise import norm

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
COLUMNS_AT_ONCE = 100
"""Columns that one query counts: it holds the states of all its aggregates, and takes long to plan."""
SELECTS = re.compile(r"\s*(SELECT|WITH|FROM)\b")
"""Start of a query that only reads."""
LEADING_WITH = re.compile(r"^\s*WITH\b")
Tables = Mapping[str, duckdb.DuckDBPyRelation]
"""Table name -> relation; all of one connection."""


@dataclass
class _Session:
    """The connection in use, and whether its queries see relations in Python; a confined connection's do not."""

    connection: duckdb.DuckDBPyConnection
    sees_relations: bool = True


_sessions: ContextVar[tuple[_Session, ...]] = ContextVar("sessions", default=())
"""Those of the `with` blocks that are open; the last one is in use."""


def connect(database: str = ":memory:", **config: str | int) -> duckdb.DuckDBPyConnection:
    """A connection that loads no extensions, with the functions `norm`, `literal` and `fix_encoding` of text."""
    safe = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    connection = duckdb.connect(database, config={**safe, **config})
    connection.execute("SET enable_progress_bar = false")  # it is printed to stdout, which is for data
    connection.create_function("norm_unicode", norm, ["VARCHAR"], "VARCHAR")
    register_fix_encoding(connection)
    # ASCII, nearly everything, never leaves the engine, and most of it has nothing to collapse.
    connection.execute(
        r"""CREATE OR REPLACE MACRO norm(s) AS CASE
        WHEN strlen(s) <> length(s) THEN norm_unicode(s)
        WHEN regexp_matches(s, '[\t-\r\x1c-\x1f]|  |^ | $')
        THEN regexp_replace(trim(regexp_replace(lower(s), '[\t-\r\x1c-\x20]+', ' ', 'g')), ' ?[.,;:!?]+$', '')
        ELSE regexp_replace(lower(s), ' ?[.,;:!?]+$', '') END"""
    )
    register_literal(connection)
    return connection


def quote_identifier(identifier: str) -> str:
    """An identifier, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


def quote_literal(value: str) -> str:
    """A string literal, quoted."""
    return "'" + value.replace("'", "''") + "'"


def escape_glob(path: Path) -> str:
    """A path with its wildcards escaped, so that DuckDB reads this file alone."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def key_text(row_type: type[Row], alias: str = "") -> str:
    """The key of a row as one string, as `schemas.row.key_of` gives it; `alias` is what the query calls the table."""
    parts = [f"{alias}.{quote_identifier(part)}" if alias else quote_identifier(part) for part in key(row_type)]
    return f"CAST({parts[0]} AS VARCHAR)" if len(parts) == 1 else f"CAST(json_array({', '.join(parts)}) AS VARCHAR)"


def column_groups(columns: Sequence[T], size: int = COLUMNS_AT_ONCE) -> Iterator[Sequence[T]]:
    """The columns of a wide table, a few at a time."""
    return (columns[start : start + size] for start in range(0, len(columns), size))


@contextmanager
def using(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """For a `with` block, run queries over the relations of a connection on it directly, which is three times faster.

    A relation does not tell its connection. Elsewhere, `DuckDBPyRelation.query` finds it, but creates a view for each
    call, after which DuckDB binds every relation again.
    """
    session = _Session(connection)
    _sessions.set((*_sessions.get(), session))
    try:
        yield connection
    finally:  # blocks may end in another order than they began in
        _sessions.set(tuple(other for other in _sessions.get() if other is not session))


def query(relation: duckdb.DuckDBPyRelation, sql: str) -> duckdb.DuckDBPyRelation:
    """The result of a query that calls the relation `rows`."""
    session = _current()
    if session and SELECTS.match(sql):
        with suppress(duckdb.InvalidInputException):  # a relation of another connection
            return _run(session, session.connection.sql, relation, sql)
    result: duckdb.DuckDBPyRelation | None = relation.query("rows", sql)
    assert result is not None  # only a statement without a result has no relation
    return result


def query_tables(tables: Tables, names: Sequence[str], sql: str) -> duckdb.DuckDBPyRelation:
    """The result of a query that calls each of the named relations by the name of its table."""
    views = {name: f"_view_{uuid4().hex}" for name in names}  # a relation of a view lives as long as the connection
    for name, view in views.items():
        tables[name].create_view(view)
    named = ", ".join(f"{quote_identifier(name)} AS (FROM {view})" for name, view in views.items())
    return query(tables[names[0]], f"WITH {named} {LEADING_WITH.sub(',', sql, count=1)}")


def fetch_all(relation: duckdb.DuckDBPyRelation, sql: str) -> list[Any]:
    """The rows of `query`, bound once: a relation is bound to know its columns, and again to be fetched."""
    session = _current()
    if session and SELECTS.match(sql):
        with suppress(duckdb.InvalidInputException):
            return _run(session, session.connection.execute, relation, sql).fetchall()
    return query(relation, sql).fetchall()


def materialize_arrow(beside: duckdb.DuckDBPyRelation, rows: pa.Table) -> duckdb.DuckDBPyRelation:
    """Copy Arrow rows into a table of the connection of a relation."""
    table = f"_materialized_{uuid4().hex}"
    if session := _current():  # a confined connection reads no Python objects but registered ones
        session.connection.register(f"{table}_source", rows)
        session.connection.execute(f"CREATE TABLE {table} AS FROM {table}_source")
        session.connection.unregister(f"{table}_source")
        return session.connection.table(table)
    beside.limit(0).query("_none", f"CREATE TABLE {table} AS FROM rows")  # DuckDB finds `rows` in this function
    copy: duckdb.DuckDBPyRelation | None = beside.limit(0).query("_none", f"SELECT * FROM {table}")
    assert copy is not None
    return copy


def materialize(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Copy rows that are read several times into a table, which spills to disk."""
    table = f"_materialized_{uuid4().hex}"
    rows.create(table)
    # A derived relation carries all its SQL along; one of the table by itself starts anew.
    if session := _current():
        with suppress(duckdb.CatalogException):  # created in the catalog of another connection
            return session.connection.table(table)
    copy: duckdb.DuckDBPyRelation | None = rows.limit(0).materialize().query("rows", f"SELECT * FROM {table}")
    assert copy is not None
    return copy


def _current() -> _Session | None:
    return next(reversed(_sessions.get()), None)


def _run(session: _Session, run: Callable[[str], T], relation: duckdb.DuckDBPyRelation, sql: str) -> T:
    if session.sees_relations:
        rows = relation  # noqa: F841 (DuckDB looks it up by its name)
        with suppress(duckdb.CatalogException):
            return run(sql)
    result = run(f"WITH rows AS ({relation.sql_query()}) {LEADING_WITH.sub(',', sql, count=1)}")
    session.sees_relations = False  # that it runs only with the text of the relation shows that it is confined
    return result
