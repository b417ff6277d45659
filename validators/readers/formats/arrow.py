"""Arrow as `datasets` keeps it on disk: a stream of batches, or a file of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import pyarrow as pa
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...tables.sql import quote_identifier
from ..columns import distinct
from ..findings import Findings
from ..format import File, Format, unreadable, unused
from ..record import Broken, Record, from_batches, require


class Arrow(Format):
    """An Arrow file, as `save_to_disk` writes it."""

    suffixes: ClassVar = (".arrow", ".feather")
    is_text: ClassVar = False

    def read(self, connection: DuckDBPyConnection, file: File, findings: Findings) -> DuckDBPyRelation:
        """All batches; `_row` counts over them."""
        table = unused(connection)
        try:
            with pa.memory_map(str(file.path)) as source:
                batches = _batches(source)
                columns = distinct(batches.schema.names, file, findings)
                rows = pa.Table.from_batches(_valid(batches), schema=batches.schema).rename_columns(columns)
                connection.from_arrow(rows).create(table)
        except (pa.ArrowException, ValueError, KeyError) as error:
            raise unreadable(file, error) from None
        parts = ", ".join([*map(quote_identifier, columns), "rowid + 1 AS _row"])
        return connection.sql(f"SELECT {parts} FROM {table}")

    def records(self, file: File, wanted: Sequence[str]) -> Iterator[Record | Broken]:
        """The rows of all batches."""
        try:
            with pa.memory_map(str(file.path)) as source:
                batches = _batches(source)
                require(wanted, batches.schema.names, file.name)
                yield from from_batches(_valid(batches), wanted)
        except (pa.ArrowException, ValueError, KeyError) as error:
            raise unreadable(file, error) from None


def _valid(batches: Any) -> Iterator[pa.RecordBatch]:
    """The batches, each looked at as a whole first: offsets that lead out of its memory would end the process."""
    for batch in batches:
        batch.validate(full=True)
        yield batch


def _batches(source: Any) -> Any:
    try:
        return pa.ipc.open_stream(source)
    except pa.ArrowInvalid:
        source.seek(0)
        file = pa.ipc.open_file(source)
        return pa.RecordBatchReader.from_batches(file.schema, map(file.get_batch, range(file.num_record_batches)))
