"""A DuckDB file as SQLAlchemy reads it: nothing is written, and what is read survives the connection.

Great Expectations fetches a result after it has closed the connection, and over DuckDB that result is gone. So every
cursor is a connection of DuckDB's own, and closing, committing and rolling back do nothing. The dialect gives itself
out as PostgreSQL, whose SQL DuckDB speaks, because Great Expectations has no other way to write a regular expression.
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
"""Type in DuckDB -> in SQLAlchemy; everything else is text to it."""


def url(path: str) -> URL:
    """The URL under which SQLAlchemy opens a DuckDB file by this dialect."""
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
        """Run a statement; its parameters are question marks."""
        self._connection.execute(statement, parameters)

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row, or nothing."""
        return self._connection.fetchone()

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """The next rows."""
        return self._connection.fetchmany(size)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows that are left."""
        return self._connection.fetchall()

    def close(self) -> None:
        """Let the result go."""
        self._connection.close()


class Connection:
    """A DuckDB file, open for reading."""

    def __init__(self, path: str) -> None:
        # A suite may hold SQL: it reaches this file and nothing else.
        self._connection = duckdb.connect(path, read_only=True, config={"enable_external_access": "false"})

    def cursor(self) -> Cursor:
        """A connection of its own for one statement."""
        return Cursor(self._connection.cursor())

    def commit(self) -> None:
        """Nothing was written."""

    def rollback(self) -> None:
        """Nothing was written, and what was read is still wanted."""

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()


class DBAPI(ModuleType):
    """What SQLAlchemy asks of a driver (PEP 249)."""

    paramstyle = "qmark"
    Error = duckdb.Error

    @staticmethod
    def connect(path: str) -> Connection:
        """Open a file."""
        return Connection(path)


class Compiler(base.PGCompiler):
    """SQL of PostgreSQL, save where the same operator means something else in DuckDB."""

    def visit_custom_op_binary(self, element: Any, operator: Any, **kw: Any) -> str:
        """`a ~ b` is a match anywhere in PostgreSQL, and of the whole in DuckDB."""
        if operator.opstring not in ("~", "!~"):
            return str(super().visit_custom_op_binary(element, operator, **kw))  # type: ignore[no-untyped-call]
        value, pattern = self.process(element.left, **kw), self.process(element.right, **kw)
        return f"{'NOT ' if operator.opstring == '!~' else ''}regexp_matches({value}, {pattern})"


class DuckDB(base.PGDialect):
    """Reads a DuckDB file."""

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
    """One connection for all."""

    def create_connect_args(self, url: URL) -> tuple[list[Any], dict[str, Any]]:
        """The file."""
        return [url.database], {}

    def initialize(self, connection: Any) -> None:
        """Nothing needs to be asked of a file."""
        self.default_schema_name = "main"

    def get_schema_names(self, connection: Any, **kw: Any) -> list[str]:
        """The one schema."""
        return ["main"]

    def get_table_names(self, connection: Any, schema: str | None = None, **kw: Any) -> list[str]:
        """The tables of the file."""
        return [str(row[0]) for row in connection.exec_driver_sql("SELECT table_name FROM duckdb_tables()")]

    def get_view_names(self, connection: Any, schema: str | None = None, **kw: Any) -> list[str]:
        """There are none."""
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
        """Tables have no constraints here."""
        return {"constrained_columns": [], "name": None}


def _type(kind: str) -> sql.TypeEngine[Any]:
    if kind.endswith("[]"):
        return postgresql.ARRAY(_type(kind[:-2]))
    found: sql.TypeEngine[Any] = TYPES.get(kind.partition("(")[0], sql.VARCHAR)()
    return found
