"""A finished run, opened: typed rows, and the same tables for polars, DuckDB, Arrow and `datasets`."""

from __future__ import annotations

import glob
import re
import shlex
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
from ...schemas.run_layout import MANIFEST, RECIPE, REJECTS, REPORT
from ...validators.readers.run_folder import parquet
from ...validators.tables.sql import connect
from ..facts.manifest_facts import row_types, splits_with_rows
from ..hub.target import sha256

if TYPE_CHECKING:
    from polars import LazyFrame
    from pyarrow import Table

BATCH = 1024
"""Rows that are read at once."""
BUFFER = 1 << 16
"""Bytes of a column that are read at once, so that large row groups do not have to fit into memory."""
INSIDE = re.compile(r"(?!\.{1,2}(/|$))[\w.-]+(/(?!\.{1,2}(/|$))[\w.-]+)*")
"""A path that stays inside the folder it starts from."""
LARGEST = 50_000_000
"""Bytes of the largest manifest that is read."""
AGAIN = "the file is not as it was built; get it again (with git: `git lfs pull`)"


def load(path: Path, verify: bool = False) -> Dataset:
    """Open a run; every shard must be there in its size, with `verify` every file in its sha256. Raises `DataError`."""
    folder = Path(path)
    manifest = _manifest(folder)
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


def _manifest(folder: Path) -> Manifest:
    """The manifest of a run, read and checked."""
    path = folder / MANIFEST
    if not folder.is_dir():
        raise DataError("no such folder", got=str(folder), expected="the folder of a run")
    try:
        if path.stat().st_size > LARGEST:
            raise DataError("too large for a manifest", where=str(path), expected=f"at most {LARGEST:,} bytes")
        return read_manifest(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise _incomplete(folder) from None
    except OSError as error:
        raise DataError("cannot read the manifest", where=str(path), got=error.strerror) from None


def read_manifest(raw: bytes, where: str) -> Manifest:
    """What a manifest says. Raises `DataError`."""
    try:
        return Manifest.model_validate_json(raw)
    except ValidationError as error:
        raise from_validation(error, DataError, where) from None


def read_report(raw: bytes, where: str) -> Report:
    """What a report says. Raises `DataError`."""
    try:
        return Report.model_validate_json(raw)
    except ValidationError as error:
        raise from_validation(error, DataError, where) from None


def _incomplete(folder: Path) -> DataError:
    """Without a manifest a folder is a run that is not complete, or no run."""
    recipe = folder / RECIPE
    if not recipe.is_file():
        return DataError(f"no {MANIFEST} here", where=str(folder), expected="the folder of a run")
    command = shlex.join(["pluriset", "build", str(recipe), "--out", str(folder)])
    return DataError("this run is not complete", where=str(folder), hint=f"finish it: {command}")


def check_path(path: str, where: str) -> None:
    """Raises `DataError` for a path that may lead out of the folder it starts from."""
    if not INSIDE.fullmatch(path):
        expected = "a path inside the folder, of letters, digits, `.`, `_` and `-`"
        raise DataError("a path that we do not follow", where=where, got=path, expected=expected)


def _check(folder: Path, shard: File, verify: bool) -> None:
    """One shard is where the manifest says, and what it says."""
    check_path(shard.path, str(folder / MANIFEST))
    path = folder / shard.path
    if not path.is_file():
        raise DataError("a file is missing", where=str(path), hint=AGAIN)
    if (size := path.stat().st_size) != shard.bytes:
        expected = f"{shard.bytes:,} bytes"
        raise DataError(
            "a file has another size", where=str(path), got=f"{size:,} bytes", expected=expected, hint=AGAIN
        )
    if verify and (digest := sha256(path)) != shard.sha256:
        raise DataError("a file has another sha256", where=str(path), got=digest, expected=shard.sha256, hint=AGAIN)
