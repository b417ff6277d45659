"""A read-only SQLAlchemy dialect for DuckDB files, in which results outlive the connection.

Great Expectations fetches results after it has closed the connection, which discards them in DuckDB. So every cursor
is a DuckDB cursor of its own, and commit and rollback do nothing. The dialect extends that of PostgreSQL, whose SQL
DuckDB accepts, because Great Expectations writes regular expressions for known dialects only.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import duckdb
from sqlalchemy import types as sql
from sqlalchemy.dialects import postgresql, registry
from sqlalchemy.dialects.postgresql import base
from sqlalchemy.engine import URL
from sqlalchemy.pool import StaticPool

DRIVER = "pluriset.duckdb"
TYPES = {
    "BOOLEAN": sql.BOOLEAN, "TINYINT": sql.SMALLINT, "SMALLINT": sql.SMALLINT, "INTEGER": sql.INTEGER,
    "BIGINT": sql.BIGINT, "HUGEINT": sql.NUMERIC, "UTINYINT": sql.SMALLINT, "USMALLINT": sql.INTEGER,
    "UINTEGER": sql.BIGINT, "UBIGINT": sql.NUMERIC, "FLOAT": sql.REAL, "DOUBLE": postgresql.DOUBLE_PRECISION,
    "DECIMAL": sql.NUMERIC, "VARCHAR": sql.VARCHAR, "DATE": sql.DATE, "TIME": sql.TIME,
    "TIMESTAMP": postgresql.TIMESTAMP, "BLOB": postgresql.BYTEA, "UUID": postgresql.UUID,
}  # fmt: skip
"""DuckDB type -> SQLAlchemy type; others are text."""


def url(path: str) -> URL:
    """The URL with which SQLAlchemy opens a DuckDB file in this dialect."""
    registry.register(DRIVER, __name__, "DuckDB")
    return URL.create(DRIVER.replace(".", "+"), database=path)


class Cursor:
    """One statement and its rows."""

    arraysize = 1

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @property
    def description(self) -> list[Any] | None:
        """Name and type of each column of the result."""
        return self._connection.description

    @property
    def rowcount(self) -> int:
        """Unknown."""
        return -1

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement with `?` parameters."""
        self._connection.execute(statement, parameters)

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row, or None."""
        return self._connection.fetchone()

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """The next rows."""
        return self._connection.fetchmany(size)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The remaining rows."""
        return self._connection.fetchall()

    def close(self) -> None:
        """Discard the result."""
        self._connection.close()


class Connection:
    """A DuckDB file, open for reading."""

    def __init__(self, path: str) -> None:
        # A suite may contain SQL, which must not read other files.
        self._connection = duckdb.connect(path, read_only=True, config={"enable_external_access": "false"})

    def cursor(self) -> Cursor:
        """A DuckDB cursor of its own for one statement."""
        return Cursor(self._connection.cursor())

    def commit(self) -> None:
        """Do nothing: the file is read-only."""

    def rollback(self) -> None:
        """Do nothing: results must stay readable."""

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class DBAPI(ModuleType):
    """The driver interface that SQLAlchemy needs (PEP 249)."""

    paramstyle = "qmark"
    Error = duckdb.Error

    @staticmethod
    def connect(path: str) -> Connection:
        """Open a file."""
        return Connection(path)


class Compiler(base.PGCompiler):
    """PostgreSQL's SQL, except for operators with another meaning in DuckDB."""

    def visit_custom_op_binary(self, element: Any, operator: Any, **kw: Any) -> str:
        """`a ~ b` is a match anywhere in PostgreSQL, and of the whole in DuckDB."""
        if operator.opstring not in ("~", "!~"):
            return str(super().visit_custom_op_binary(element, operator, **kw))  # type: ignore[no-untyped-call]
        value, pattern = self.process(element.left, **kw), self.process(element.right, **kw)
        return f"{'NOT ' if operator.opstring == '!~' else ''}regexp_matches({value}, {pattern})"


class DuckDB(base.PGDialect):
    """The dialect."""

    driver = "duckdb"
    statement_compiler = Compiler
    default_paramstyle = "qmark"
    supports_statement_cache = True
    supports_server_side_cursors = False
    postfetch_lastrowid = False

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        """The driver."""
        return DBAPI("duckdb")

    poolclass = StaticPool
    """All statements share one connection."""

    def create_connect_args(self, url: URL) -> tuple[list[Any], dict[str, Any]]:
        """The file."""
        return [url.database], {}

    def initialize(self, connection: Any) -> None:
        """Set the schema without querying the file."""
        self.default_schema_name = "main"

    def get_schema_names(self, connection: Any, **kw: Any) -> list[str]:
        """The one schema."""
        return ["main"]

    def get_table_names(self, connection: Any, schema: str | None = None, **kw: Any) -> list[str]:
        """The tables of the file."""
        return [str(row[0]) for row in connection.exec_driver_sql("SELECT table_name FROM duckdb_tables()")]

    def get_view_names(self, connection: Any, schema: str | None = None, **kw: Any) -> list[str]:
        """No views."""
        return []

    def has_table(self, connection: Any, table_name: str, schema: str | None = None, **kw: Any) -> bool:
        """Whether there is a table of this name."""
        return table_name in self.get_table_names(connection)

    def get_columns(self, connection: Any, table_name: str, schema: str | None = None, **kw: Any) -> list[Any]:
        """The columns of a table and their types."""
        query = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index"
        rows = connection.exec_driver_sql(query, (table_name,))
        return [{"name": column, "type": _type(kind), "nullable": True, "default": None} for column, kind in rows]

    def get_pk_constraint(self, connection: Any, table_name: str, schema: str | None = None, **kw: Any) -> Any:
        """No constraints."""
        return {"constrained_columns": [], "name": None}


def _type(kind: str) -> sql.TypeEngine[Any]:
    if kind.endswith("[]"):
        return postgresql.ARRAY(_type(kind[:-2]))
    found: sql.TypeEngine[Any] = TYPES.get(kind.partition("(")[0], sql.VARCHAR)()
    return found
