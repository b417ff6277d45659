"""Tables as DuckDB sees them, and the only place where names become SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import duckdb

from ...schemas.row import Row, key
from .literal import know_literals
from .mojibake import register_fix_encoding
from .normalise import norm

T = TypeVar("T")
READS = re.compile(r"\s*(SELECT|WITH|FROM)\b")
"""How a query begins that only reads."""
MORE = re.compile(r"^\s*WITH\b")
Tables = Mapping[str, duckdb.DuckDBPyRelation]
"""Table name -> relation; all of one connection."""


def connect(database: str = ":memory:", **config: str | int) -> duckdb.DuckDBPyConnection:
    """A connection that reaches no network, loads no extension, and knows `norm(text)` and `literal(text)`."""
    safe = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    connection = duckdb.connect(database, config={**safe, **config})
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
    know_literals(connection)
    return connection


def quote_identifier(identifier: str) -> str:
    """An identifier, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


def quote_literal(value: str) -> str:
    """A string literal, quoted."""
    return "'" + value.replace("'", "''") + "'"


def one_path(path: Path) -> str:
    """A path in which DuckDB sees no pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def key_text(row_type: type[Row], alias: str = "") -> str:
    """The key of a row as one string, as `schemas.row.key_of` gives it; `alias` is what the query calls the table."""
    parts = [f"{alias}.{quote_identifier(part)}" if alias else quote_identifier(part) for part in key(row_type)]
    return f"CAST({parts[0]} AS VARCHAR)" if len(parts) == 1 else f"CAST(json_array({', '.join(parts)}) AS VARCHAR)"


def query(relation: duckdb.DuckDBPyRelation, sql: str) -> duckdb.DuckDBPyRelation:
    """What a query says of a relation, which it calls `rows`."""
    connection: duckdb.DuckDBPyConnection | None = getattr(relation, "_con", None)
    found: duckdb.DuckDBPyRelation | None
    if connection is None or not READS.match(sql):
        found = relation.query("rows", sql)
    else:
        # `query` makes a view for each call, after which every relation is bound again: five times the time.
        found = _asked(connection.sql, relation, sql)
    assert found is not None  # only a statement that returns nothing has no relation
    return found


def fetch_all(relation: duckdb.DuckDBPyRelation, sql: str) -> list[Any]:
    """The rows of `over`, bound once: a relation is bound to know its columns, and again to be fetched."""
    connection: duckdb.DuckDBPyConnection | None = getattr(relation, "_con", None)
    if connection is None or not READS.match(sql):
        return query(relation, sql).fetchall()
    return _asked(connection.execute, relation, sql).fetchall()


def materialize(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Rows in a table of their own, which spills to disk: they are looked at several times."""
    table = f"_kept_{uuid4().hex}"
    rows.create(table)
    # A relation that is made of another one carries all its SQL along; this one starts anew.
    connection: duckdb.DuckDBPyConnection | None = getattr(rows, "_con", None)
    return connection.table(table) if connection else query(rows.limit(0).materialize(), f"SELECT * FROM {table}")


def _asked(ask: Callable[[str], T], relation: duckdb.DuckDBPyRelation, sql: str) -> T:
    rows = relation  # noqa: F841 (DuckDB finds it by its name)
    try:
        return ask(sql)
    except duckdb.CatalogException:  # a connection that is held to what was read finds no object of Python's
        more = MORE.sub(",", sql, count=1)
        return ask(f"WITH rows AS ({relation.sql_query()}) {more}")
