"""The tables of a run as the generic views that its family declares."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas.errors import DataError
from ...schemas.run_layout import MANIFEST
from ...schemas.views import View
from ..tables.sql import Tables, quote_identifier, quote_literal
from .published import create_views


def views_of_run(
    connection: DuckDBPyConnection, folder: Path, views: Sequence[View], tables: Tables
) -> dict[str, DuckDBPyRelation]:
    """View -> its rows, of all views whose tables are present. Raises `DataError` for one that is no SELECT.

    The statements may come from a manifest of unknown origin: the connection reads nothing but the run from
    here on.
    """
    if not views:
        return {}
    [[allowed]] = connection.execute("SELECT current_setting('allowed_directories')").fetchall()
    readable = ", ".join(map(quote_literal, [*allowed, str(folder), str(folder.resolve())]))
    connection.execute(f"SET allowed_directories = [{readable}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("CREATE SCHEMA IF NOT EXISTS theirs")
    for table, rows in tables.items():
        rows.create_view(f"_of_{table}", replace=True)
        connection.execute(f"CREATE VIEW theirs.{quote_identifier(table)} AS FROM {quote_identifier(f'_of_{table}')}")
    for view in views:
        _check_select(connection, folder, view)
    try:
        return create_views(connection, views, tables)
    except duckdb.Error as error:
        raise _broken(folder, "views", str(error)) from None


def _check_select(connection: DuckDBPyConnection, folder: Path, view: View) -> None:
    try:
        kinds = [statement.type for statement in connection.extract_statements(view.select)]
    except duckdb.Error as error:
        raise _broken(folder, view.name, str(error)) from None
    if kinds != [duckdb.StatementType.SELECT]:
        raise _broken(folder, view.name, f"{len(kinds)} statements")


def _broken(folder: Path, view: str, got: str) -> DataError:
    where = f"{folder / MANIFEST}: family_schema.views.{view}"
    return DataError(
        "a view of the family cannot be read", where=where, got=got.partition("\n")[0], expected="a SELECT"
    )
