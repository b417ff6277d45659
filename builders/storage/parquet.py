"""Rows on their way to disk: typed rows into DuckDB, DuckDB into the parquet files that are published."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
SEQ_BITS = 24
"""Of a `_seq` by seeds, the bits that number the rows of one seed."""
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

    def add_parts(self, table: str, parts: Sequence[Path], rows: int) -> None:
        """Take the rows of files that `Parts` wrote, in the order of their seeds, after those that were added."""
        self.flush()
        if parts:
            self.connection.read_parquet([*map(str, parts)]).order("_seq").insert_into(table)
        self.made[table] += rows

    def _insert(self, table: str, row_type: type[Row], rows: list[Row]) -> None:
        first = self.made[table]
        self.connection.register("_batch", _numbered(row_type, rows, range(first, first + len(rows))))
        self.connection.execute(f"INSERT INTO {quote_identifier(table)} FROM _batch")
        self.connection.unregister("_batch")
        self.made[table] += len(rows)


class Parts:
    """Rows of some of the seeds, a parquet file a table, with `_seq` by the place of the seed among all of them."""

    def __init__(self, folder: Path, stem: str, tables: Mapping[str, type[Row]]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.files: dict[str, Path] = {}
        """Table -> its file, of tables that have rows."""
        self.rows: Counter[str] = Counter()
        """Table -> rows."""
        self._folder, self._stem = folder, stem
        self._tables = {row_type: table for table, row_type in tables.items()}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._waiting: defaultdict[type[Row], list[tuple[int, Row]]] = defaultdict(list)
        self._count = 0

    def add(self, place: int, rows: Iterable[Row]) -> None:
        """Take the rows of the seed at this place; places must grow."""
        for seq, row in enumerate(rows, place + 1 << SEQ_BITS):
            self._waiting[type(row)].append((seq, row))
            self._count += 1
        if self._count >= BATCH:
            self._flush()

    def close(self) -> None:
        """Write what waits, and close the files."""
        self._flush()
        for writer in self._writers.values():
            writer.close()

    def _flush(self) -> None:
        for row_type, numbered in self._waiting.items():
            table, (numbers, rows) = self._tables[row_type], zip(*numbered, strict=True)
            batch = _numbered(row_type, rows, numbers)
            if table not in self._writers:
                self.files[table] = self._folder / f"{table}.{self._stem}.parquet"
                self._writers[table] = pq.ParquetWriter(self.files[table], batch.schema, compression="lz4")
            self._writers[table].write_table(batch)
            self.rows[table] += len(rows)
        self._waiting.clear()
        self._count = 0


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


def _numbered(row_type: type[Row], rows: Sequence[Row], numbers: Sequence[int]) -> pa.Table:
    """Rows as Arrow, with their numbers as `_seq`."""
    schema = arrow_schema(row_type)
    values: dict[str, Any] = {field.name: _column(field, rows) for field in schema}
    return pa.table({**values, "_seq": numbers}, schema=schema.append(SEQ))


def _column(field: pa.Field, rows: Sequence[Row]) -> list[Any]:
    values = map(attrgetter(field.name), rows)
    return [*map(_plain, values)] if pa.types.is_nested(field.type) else [*values]


def _plain(value: Any) -> Any:
    """A value as Arrow takes it: nested models become dicts."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.model_dump() if hasattr(value, "model_dump") else value
