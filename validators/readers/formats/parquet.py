"""Parquet, scanned where it lies: nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import duckdb
import pyarrow as pa
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ....schemas.errors import DataError
from ...tables.sql import escape_glob, quote_identifier, quote_literal
from ..columns import distinct
from ..findings import Findings
from ..format import File, Format, unreadable
from ..record import Broken, Record, from_batches, require

BATCH = 1000
"""Rows that Python holds at once."""


class Parquet(Format):
    """A parquet file."""

    suffixes: ClassVar = (".parquet", ".pq")
    is_text: ClassVar = False

    def read(self, connection: DuckDBPyConnection, file: File, findings: Findings) -> DuckDBPyRelation:
        """A scan; `_row` is the place in the file."""
        import pyarrow.parquet as pq  # 40 ms, which a run or a CSV file does not need

        scan = f"read_parquet({quote_literal(escape_glob(file.path))}, hive_partitioning=false)"
        try:
            written = pq.read_schema(file.path).names  # DuckDB renames the second of two equal names in silence
            there = connection.sql(f"FROM {scan}").columns
            columns = distinct(written if len(written) == len(there) else there, file, findings)
            place = "row_number() OVER ()" if "file_row_number" in map(str.lower, there) else "file_row_number + 1"
            parts = [
                f"{quote_identifier(old)} AS {quote_identifier(new)}" for old, new in zip(there, columns, strict=True)
            ]
            return connection.sql(f"SELECT {', '.join([*parts, f'{place} AS _row'])} FROM {scan}")
        except UnicodeDecodeError as error:
            raise DataError("a column name is not UTF-8", where=file.name, got=repr(error.object)) from None
        except (duckdb.Error, pa.ArrowException, OverflowError) as error:
            raise unreadable(file, error) from None

    def records(self, file: File, wanted: Sequence[str]) -> Iterator[Record | Broken]:
        """The rows, a batch in memory at a time."""
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(file.path) as parquet:
                require(wanted, parquet.schema_arrow.names, file.name)
                yield from from_batches(parquet.iter_batches(BATCH, columns=list(wanted)), wanted)
        except UnicodeDecodeError as error:
            raise DataError("a column name is not UTF-8", where=file.name, got=repr(error.object)) from None
        except (pa.ArrowException, OverflowError) as error:
            raise unreadable(file, error) from None
