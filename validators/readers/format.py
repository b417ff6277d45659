"""The base of every format: a file is read as a table, or record by record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import ClassVar

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas import bounds
from ...schemas.component import Component
from ...schemas.errors import DataError
from ..tables.sql import escape_glob, quote_identifier, quote_literal
from .findings import Findings
from .record import Broken, Record

SCHEMA = "raw"
"""Schema of the tables that hold what was read, a table a file."""


@dataclass(frozen=True)
class File:
    """A file to be read, and the table that it is part of."""

    path: Path
    """Where its bytes are."""
    name: str
    """What it is called in findings."""
    table: str
    """Name of its table."""
    split: str | None = None
    """Split that the Hub's rules give it."""
    separator: str | None = None
    """What stands between cells of a table in text, where the README says it."""
    names: tuple[str, ...] = ()
    """The columns of a table in text, where the README says them."""
    header: bool = False
    """Whether it has a header all the same, which these replace."""


class Format(Component):
    """Reads one file as it is, whatever is in it; found by its suffix."""

    suffixes: ClassVar[tuple[str, ...]]
    """Suffixes of such files, in small letters; text formats are met with .gz too."""
    is_text: ClassVar[bool] = True
    """Whether the file is made plain UTF-8 before it is read."""

    def read(self, connection: DuckDBPyConnection, file: File, findings: Findings) -> DuckDBPyRelation:
        """The columns of the file, and `_row`, the number of the record from 1. Raises `DataError`."""
        raise NotImplementedError

    def records(self, file: File, wanted: Sequence[str]) -> Iterator[Record | Broken]:
        """The records one at a time, with the wanted columns at least.

        Raises `DataError` before the first one if the file cannot be read or a column is missing.
        """
        raise NotImplementedError


def unused(connection: DuckDBPyConnection) -> str:
    """SQL name of a new table for what is read."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    return f"{SCHEMA}.{quote_identifier(str(next(_NUMBERS)))}"


def loaded(connection: DuckDBPyConnection, file: File, query: str) -> str:
    """A new table of what a query reads from `{path}`. Raises `DataError` where DuckDB cannot."""
    table = unused(connection)
    try:
        connection.execute(f"CREATE TABLE {table} AS {query.format(path=quote_literal(escape_glob(file.path)))}")
    except duckdb.Error as error:
        raise unreadable(file, error) from None
    return table


def unreadable(file: File, error: Exception) -> DataError:
    """Why a whole file cannot be read, in a line; that memory ran out is no fault of the file."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return bounds.exceeded("memory_mb", file.name)
    got = str(error).partition("\n")[0]
    return DataError("the file cannot be read", where=file.name, got=got, hint="it may be damaged")


_NUMBERS = count()
