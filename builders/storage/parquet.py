"""Rows on their way to disk: typed rows into DuckDB, DuckDB into the parquet files that are published."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from ...schemas.manifest import File
from ...schemas.projections import arrow_schema
from ...schemas.row import Row
from ...validators.tables.sql import quote_identifier

BATCH = 20_000
"""Rows that wait in memory before they are handed to DuckDB."""
READ = 10_000
"""Rows of one record batch on the way out."""
GROUP_BYTES = 200_000_000
"""Arrow bytes of a row group: large groups let the Hub store only what changed."""
DICTIONARY_BYTES = 64 * 1024
"""Bytes of a dictionary before a column goes without: one more entry in it changes every page that follows."""
SEQ = pa.field("_seq", pa.int64(), nullable=False)
"""The order in which rows came."""
SHARD_BYTES = 400_000_000
"""Arrow bytes of a shard; the Hub's limit is 500 MB."""


class Staging:
    """Typed rows in, DuckDB tables out, each with a hidden column `_seq`, the order in which rows came."""

    def __init__(self, connection: DuckDBPyConnection, tables: Mapping[str, type[Row]]) -> None:
        self.connection = connection
        self.made: Counter[str] = Counter()
        self._names = {row_type: table for table, row_type in tables.items()}
        self._waiting: list[Row] = []
        for table, row_type in tables.items():
            empty = arrow_schema(row_type).append(SEQ).empty_table()
            connection.register("_empty", empty)
            connection.execute(f"CREATE TABLE {quote_identifier(table)} AS FROM _empty")
            connection.unregister("_empty")

    def add(self, rows: Iterable[Row]) -> None:
        """Take rows of any of the tables."""
        self._waiting.extend(rows)
        if len(self._waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Hand what waits to DuckDB."""
        order = list(self._names)
        for row_type, rows in groupby(sorted(self._waiting, key=lambda row: order.index(type(row))), key=type):
            self._insert(self._names[row_type], row_type, list(rows))
        self._waiting.clear()

    def _insert(self, table: str, row_type: type[Row], rows: list[Row]) -> None:
        schema, first = arrow_schema(row_type), self.made[table]
        values: dict[str, Any] = {field.name: _column(field, rows) for field in schema}
        values["_seq"] = range(first, first + len(rows))
        self.connection.register("_batch", pa.table(values, schema=schema.append(SEQ)))
        self.connection.execute(f"INSERT INTO {quote_identifier(table)} FROM _batch")
        self.connection.unregister("_batch")
        self.made[table] += len(rows)


def write(connection: DuckDBPyConnection, query: str, row_type: type[Row], folder: Path, stem: str) -> list[Path]:
    """Write the rows of an ordered query as `<folder>/<stem>-00000-of-0000N.parquet`: the same rows, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    schema, drafts = arrow_schema(row_type), list[Path]()
    for shard in _shards(connection.sql(query).to_arrow_reader(READ), schema):
        drafts.append(folder / f".{stem}-{len(drafts)}")
        with _writer(drafts[-1], schema) as writer:
            for group in shard:
                writer.write_table(group, row_group_size=max(1, group.num_rows))
    final = [folder / f"{stem}-{i:05d}-of-{len(drafts):05d}.parquet" for i in range(len(drafts))]
    for draft, path in zip(drafts, final, strict=True):
        draft.rename(path)
    return final


def write_one(connection: DuckDBPyConnection, query: str, row_type: type[Row], path: Path) -> None:
    """Write the rows of an ordered query as one file."""
    schema = arrow_schema(row_type)
    with _writer(path, schema) as writer:
        for group in _groups(connection.sql(query).to_arrow_reader(READ), schema):
            writer.write_table(group, row_group_size=max(1, group.num_rows))


def described(root: Path, path: Path, rows: bool = True) -> File:
    """What the manifest says of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    count = pq.read_metadata(path).num_rows if rows else None
    return File(path=path.relative_to(root).as_posix(), sha256=digest, bytes=path.stat().st_size, rows=count)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_content_defined_chunking=True,
        write_page_index=True,
        store_schema=True,
        dictionary_pagesize_limit=DICTIONARY_BYTES,
    )


def _shards(reader: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[Iterator[pa.Table]]:
    """The groups of a reader, shared out over shards; each must be used up before the next is taken."""
    groups = _groups(reader, schema)
    ahead = next(groups, None)

    def shard() -> Iterator[pa.Table]:
        nonlocal ahead
        size = 0
        while ahead is not None and size < SHARD_BYTES:
            size += ahead.nbytes
            yield ahead
            ahead = next(groups, None)

    yield shard()
    while ahead is not None:
        yield shard()


def _groups(reader: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.Table]:
    """Row groups of about `GROUP_BYTES`; always one, so that an empty table has a file too."""
    waiting: list[pa.RecordBatch] = []
    size, some = 0, False
    for batch in reader:
        waiting.append(batch)
        size += batch.nbytes
        if size >= GROUP_BYTES:
            yield _group(waiting, schema)
            waiting, size, some = [], 0, True
    if waiting or not some:
        yield _group(waiting, schema)


def _group(batches: list[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    table = pa.Table.from_batches(batches, batches[0].schema) if batches else schema.empty_table()
    return table.cast(schema).combine_chunks()


def _column(field: pa.Field, rows: list[Row]) -> list[Any]:
    values = map(attrgetter(field.name), rows)
    return [*map(_plain, values)] if pa.types.is_nested(field.type) else [*values]


def _plain(value: Any) -> Any:
    """A value as Arrow takes it: nested models become dicts."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.model_dump() if hasattr(value, "model_dump") else value
