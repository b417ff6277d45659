from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from pluriset.schemas.projections import arrow_schema
from pluriset.schemas.row import Row
from pluriset.schemas.rows.values import TABLES
from pluriset.validators.tables.sql import connect

Rows = Sequence[Mapping[str, Any]]
Relate = Callable[[Rows, type[Row] | pa.Schema], DuckDBPyRelation]


@pytest.fixture(scope="session")
def connection() -> Iterator[DuckDBPyConnection]:
    with connect() as opened:
        yield opened


@pytest.fixture(scope="session")
def relate(connection: DuckDBPyConnection) -> Relate:
    """Rows as a relation with the columns of a row type or of an Arrow schema, all of them nullable."""

    def make(rows: Rows, kind: type[Row] | pa.Schema) -> DuckDBPyRelation:
        schema = kind if isinstance(kind, pa.Schema) else arrow_schema(kind)
        nullable = pa.schema([field.with_nullable(True) for field in schema])
        return connection.from_arrow(pa.Table.from_pylist([dict(row) for row in rows], schema=nullable))

    return make


@pytest.fixture(scope="session")
def tables_of(connection: DuckDBPyConnection) -> Callable[[Mapping[str, Rows]], dict[str, DuckDBPyRelation]]:
    """Tables with just the columns that the rows have, typed as the family `values` has them or by their values."""

    def make(example: Mapping[str, Rows]) -> dict[str, DuckDBPyRelation]:
        return {table: connection.from_arrow(_arrow(table, rows)) for table, rows in example.items()}

    return make


def _arrow(table: str, rows: Rows) -> pa.Table:
    known = {field.name: field.type for field in arrow_schema(TABLES[table])} if table in TABLES else {}
    names = dict.fromkeys(name for row in rows for name in row)
    schema = pa.schema([pa.field(name, known.get(name) or _type([row.get(name) for row in rows])) for name in names])
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def _type(values: list[Any]) -> pa.DataType:
    inferred = pa.array(values).type
    return pa.string() if pa.types.is_null(inferred) else inferred
