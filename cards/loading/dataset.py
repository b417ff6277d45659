"""A finished run, opened: typed rows, and the same tables for polars, DuckDB, Arrow and `datasets`."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation
from pydantic import ValidationError

from ...schemas.errors import DataError, from_validation
from ...schemas.manifest import File, Manifest
from ...schemas.projections import arrow_schema
from ...schemas.report import Report
from ...schemas.row import Row
from ...schemas.rows.reject import Reject
from ...schemas.run_layout import MANIFEST, REJECTS, REPORT
from ...validators.readers.manifest import mismatch, read_manifest
from ...validators.readers.run_folder import parquet
from ...validators.tables.sql import connect
from ..facts.manifest_facts import row_types, splits_with_rows

if TYPE_CHECKING:
    from polars import LazyFrame
    from pyarrow import Table

BATCH = 1024
"""Rows that are read at once."""
BUFFER = 1 << 16
"""Bytes of a column that are read at once, so that large row groups do not have to fit into memory."""
INSIDE = re.compile(r"(?!\.{1,2}(/|$))[\w.-]+(/(?!\.{1,2}(/|$))[\w.-]+)*")
"""A path that stays inside the folder it starts from."""
AGAIN = "the file is not as it was built; get it again (with git: `git lfs pull`)"


def load(path: Path, verify: bool = False) -> Dataset:
    """Open a run; every shard must be there in its size, with `verify` every file in its sha256. Raises `DataError`."""
    folder = Path(path)
    manifest = read_manifest(folder)
    dataset = Dataset(folder, manifest, row_types(manifest))
    for table in dataset.tables:
        for shard in dataset.shards(table):
            _check(folder, shard, verify)
    for file in manifest.files if verify else ():
        _check(folder, file, verify)
    return dataset


@dataclass(frozen=True)
class Dataset:
    """The tables of a finished run. `split` is one split of a table; not given, all of them in order."""

    folder: Path
    manifest: Manifest
    types: dict[str, type[Row]]
    """Table -> row type, the main table first."""

    def __repr__(self) -> str:
        counts = ", ".join(f"{table}: {self.manifest.tables[table].rows:,}" for table in self.tables)
        return f"{type(self).__name__}({str(self.folder)!r}, {counts})"

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables, the main table first."""
        return tuple(self.types)

    def splits(self, table: str) -> list[str]:
        """The splits of a table that have rows."""
        self.shards(table)
        return [*splits_with_rows(self.manifest, table)]

    def shards(self, table: str, split: str | None = None) -> list[File]:
        """The files of a table, in order. Raises `DataError` for a table or split that there is not."""
        if table not in self.types:
            raise self._unknown("table", table, self.tables)
        splits = self.manifest.tables[table].splits
        if split is not None and split not in splits:
            raise self._unknown(f"split of {table}", split, tuple(splits))
        return [shard for each, shards in splits.items() if split in (None, each) for shard in shards]

    def rows(self, table: str, split: str | None = None) -> Iterator[Row]:
        """Typed rows, read in batches. Raises `DataError` at a row that does not fit its type."""
        return self._rows(self.shards(table, split), self.types[table])

    def rejects(self) -> Iterator[Row]:
        """What is missing, and why, read in batches."""
        return self._rows([file for file in self.manifest.files if file.path == REJECTS], Reject)

    def polars(self, table: str, split: str | None = None) -> LazyFrame:
        """A lazy frame over the files."""
        import polars

        return polars.scan_parquet(self._paths(table, split), glob=False, hive_partitioning=False)

    def duckdb(self, table: str, split: str | None = None) -> DuckDBPyRelation:
        """A relation over the files; in its SQL every table of the dataset is a view of its name."""
        return parquet(self.connection, self.folder, self._paths(table, split))

    def arrow(self, table: str, split: str | None = None) -> Table:
        """The rows in memory."""
        import pyarrow.parquet

        parts = []
        for shard in self.shards(table, split):
            with _reading(self.folder / shard.path):
                parts.append(pyarrow.parquet.ParquetFile(self._source(shard)).read())
        return pyarrow.concat_tables(parts) if parts else arrow_schema(self.types[table]).empty_table()

    def datasets(self, table: str) -> Any:
        """A `DatasetDict` of the splits that have rows, through the cache of `datasets`."""
        import datasets

        features = datasets.Features.from_arrow_schema(arrow_schema(self.types[table]))
        names = {split: self._paths(table, split) for split in self.splits(table)}
        files = {split: [glob.escape(str(path)) for path in paths] for split, paths in names.items()}
        loaded = datasets.load_dataset("parquet", data_files=files, features=features) if files else {}
        return datasets.DatasetDict(loaded)

    @cached_property
    def report(self) -> Report:
        """What was checked and measured when the run was built."""
        path = self.folder / REPORT
        try:
            return read_report(path.read_bytes(), str(path))
        except OSError as error:
            raise DataError("cannot read the report", where=str(path), got=error.strerror, hint=AGAIN) from None

    @cached_property
    def connection(self) -> DuckDBPyConnection:
        """A DuckDB connection in which every table is a view."""
        connection = connect()
        for table in self.tables:
            parquet(connection, self.folder, self._paths(table)).create_view(table)
        return connection

    def _paths(self, table: str, split: str | None = None) -> list[Path]:
        return [self.folder.resolve() / shard.path for shard in self.shards(table, split)]

    def _source(self, shard: File) -> Any:
        """What pyarrow reads a shard from."""
        return self.folder / shard.path

    def _rows(self, shards: list[File], row_type: type[Row]) -> Iterator[Row]:
        import pyarrow.parquet

        for shard in shards:
            with (
                _reading(self.folder / shard.path),
                pyarrow.parquet.ParquetFile(self._source(shard), buffer_size=BUFFER, pre_buffer=False) as file,
            ):
                for batch in file.iter_batches(BATCH):
                    yield from map(row_type.model_validate, batch.to_pylist())

    def _unknown(self, what: str, got: str, known: tuple[str, ...]) -> DataError:
        return DataError.unknown(f"no such {what}", got, known, where=str(self.folder))


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Raises `DataError` for a file that is not parquet, or whose rows do not fit their type."""
    import pyarrow

    try:
        yield
    except ValidationError as error:
        raise from_validation(error, DataError, str(path)) from None
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError("cannot read the rows of this file", where=str(path), got=str(error)) from None


def read_report(raw: bytes, where: str) -> Report:
    """What a report says. Raises `DataError`."""
    try:
        return Report.model_validate_json(raw)
    except ValidationError as error:
        raise from_validation(error, DataError, where) from None


def check_path(path: str, where: str) -> None:
    """Raises `DataError` for a path that may lead out of the folder it starts from."""
    if not INSIDE.fullmatch(path):
        expected = "a path inside the folder, of letters, digits, `.`, `_` and `-`"
        raise DataError("a path that we do not follow", where=where, got=path, expected=expected)


def _check(folder: Path, shard: File, verify: bool) -> None:
    """One shard is where the manifest says, and what it says."""
    check_path(shard.path, str(folder / MANIFEST))
    if wrong := mismatch(folder, shard, digest=verify):
        where = str(folder / shard.path)
        raise DataError(wrong.what, where=where, got=wrong.got, expected=wrong.expected, hint=AGAIN)
