"""How a step goes through rows in Python while memory stays flat: pages of rows in, batches of removals out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from secrets import token_hex
from typing import Any, NamedTuple

import pyarrow as pa
from duckdb import DuckDBPyRelation

from ...schemas import row
from ...schemas.rows.shared import SHARED
from ...validators.tables.sql import query, quote_identifier

PAGE = 10_000
"""Rows that Python holds at once."""


class Removal(NamedTuple):
    """A row that goes: its key, why in words that can be counted, what was found, and the row that was kept instead."""

    key: str
    reason: str
    detail: str | None = None
    kept_key: str | None = None


REMOVALS = pa.schema([pa.field(column, pa.string()) for column in Removal._fields])


def pages(rows: DuckDBPyRelation, order: str) -> Iterator[list[tuple[Any, ...]]]:
    """All rows in an order, some at a time; other queries can run in between."""
    copy = _unused()
    query(rows, f"CREATE TEMP TABLE {copy} AS SELECT * FROM rows ORDER BY {order}")
    first = 0
    while page := query(rows, f"SELECT * FROM {copy} WHERE {_in_page(first)} ORDER BY rowid").fetchall():
        yield page
        first += PAGE
    query(rows, f"DROP TABLE {copy}")


def removals(beside: DuckDBPyRelation, found: Iterable[Removal]) -> DuckDBPyRelation:
    """Removals as `Outcome.removed` wants them, in a temporary table of the connection of another relation."""
    table, waiting = _unused(), iter(found)
    columns = ", ".join(f"{column} VARCHAR" for column in Removal._fields)
    query(beside, f"CREATE TEMP TABLE {table} ({columns})")
    batch = _batch(waiting)
    while batch.num_rows:
        beside.query("rows", f"INSERT INTO {table} FROM batch")
        batch = _batch(waiting)
    return query(beside, f"FROM {table}")


def told_by_one_column(table: str) -> str:
    """A table whose rows a step can name. Raises `ValueError` for a shared one whose key has several parts."""
    if table in SHARED and len(row.key(SHARED[table])) > 1:
        raise ValueError("the key of this table has several columns")
    return table


def key(rows: DuckDBPyRelation) -> str:
    """The key column of a table whose key has one part, quoted: keys come first in every table."""
    return quote_identifier(rows.columns[0])


def _batch(found: Iterator[Removal]) -> pa.Table:
    return pa.Table.from_pylist([removal._asdict() for removal in islice(found, PAGE)], schema=REMOVALS)


def _in_page(first: int) -> str:
    return f"rowid BETWEEN {first} AND {first + PAGE - 1}"


def _unused() -> str:
    return f"_scan_{token_hex(8)}"
