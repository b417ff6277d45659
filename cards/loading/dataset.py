"""A finished run, opened: typed rows, and the same tables for polars, DuckDB, Arrow and `datasets`."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation
from pydantic import ValidationError

from ...schemas import html
from ...schemas.errors import DataError, from_validation
from ...schemas.manifest import File, Manifest
from ...schemas.projections import arrow_schema
from ...schemas.report import Report
from ...schemas.row import Row
from ...schemas.rows.reject import Reject
from ...schemas.run_layout import MANIFEST, REJECTS, REPORT
from ...validators.readers.inside import require_inside
from ...validators.readers.manifest import mismatch, read_manifest
from ...validators.readers.run_folder import parquet
from ...validators.tables.sql import connect, quote_literal
from ..facts.manifest_facts import row_types, splits_with_rows

if TYPE_CHECKING:
    from polars import LazyFrame
    from pyarrow import Table

BATCH = 1024
"""Rows of a batch."""
BUFFER = 1 << 16
"""Bytes of a column read at a time, so that large row groups need not fit into memory."""
SAFE_PATH = re.compile(r"(?!\.{1,2}(/|$))[\w.-]+(/(?!\.{1,2}(/|$))[\w.-]+)*")
"""A relative path that cannot leave its folder."""
CHANGED_HINT = "the file differs from what was built; download it again (with git: `git lfs pull`)"


def load(path: Path, verify: bool = False) -> Dataset:
    """Open a run after comparing the size of every shard, and with `verify` the sha256 of every file.

    Raises `DataError` for a file that is missing or differs, and for a link that leads out of the folder.
    """
    manifest = read_manifest(path)
    require_inside(path)
    if wrong := manifest.contradictions():
        raise DataError("the manifest contradicts itself", where=str(path / MANIFEST), got="; ".join(wrong))
    dataset = Dataset(path, manifest, row_types(manifest))
    for table in dataset.tables:
        for shard in dataset.shards(table):
            _check(path, shard, verify)
    for file in manifest.files if verify else ():
        _check(path, file, verify)
    return dataset


@dataclass(frozen=True)
class Dataset:
    """The tables of a finished run.

    Without a `split`, methods read all splits of a table in order, and frames and relations have one more column,
    `split`.
    """

    folder: Path
    manifest: Manifest
    types: dict[str, type[Row]]
    """Table -> row type, the main table first."""

    def __repr__(self) -> str:
        counts = ", ".join(f"{table}: {self.manifest.tables[table].rows:,}" for table in self.tables)
        return f"{type(self).__name__}({str(self.folder)!r}, {counts})"

    def _repr_html_(self) -> str:
        """For notebooks: the tables with their rows and splits."""
        shapes = self.manifest.tables
        rows = [
            (name, shapes[name].rows, ", ".join(self.splits(name)), (self.types[name].__doc__ or "").partition("\n")[0])
            for name in self.tables
        ]
        note = f"{self.manifest.name}, family {self.manifest.family}, licence {self.manifest.recipe.license}"
        return html.heading(str(self.folder), note) + html.table(["table", "rows", "splits", "a row is"], rows)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables, the main table first."""
        return tuple(self.types)

    def splits(self, table: str) -> list[str]:
        """The splits of a table that have rows."""
        self.shards(table)
        return [*splits_with_rows(self.manifest, table)]

    def shards(self, table: str, split: str | None = None) -> list[File]:
        """The files of a table, in order. Raises `DataError` for an unknown table or split."""
        if table not in self.types:
            raise DataError.unknown("no such table", table, self.tables, where=str(self.folder))
        splits = self.manifest.tables[table].splits
        if split is not None and split not in splits:
            raise DataError.unknown(f"no such split of {table}", split, splits, where=str(self.folder))
        return [shard for each, shards in splits.items() if split in (None, each) for shard in shards]

    def rows(self, table: str, split: str | None = None) -> Iterator[Any]:
        """Instances of the row type of a table, read in batches. Raises `DataError` at a row that is not valid."""
        return self._rows(self.shards(table, split), self.types[table])

    def rejects(self) -> Iterator[Row]:
        """Rejected seeds, requests and rows with the reason, read in batches."""
        return self._rows([file for file in self.manifest.files if file.path == REJECTS], Reject)

    def polars(self, table: str, split: str | None = None) -> LazyFrame:
        """A lazy frame over the files of a table."""
        import polars

        if split is not None:
            return self._scan(table, split)
        labelled = [self._scan(table, each).with_columns(split=polars.lit(each)) for each in self._all_splits(table)]
        return polars.concat(labelled)

    def duckdb(self, table: str, split: str | None = None) -> DuckDBPyRelation:
        """A relation over the files of a table; its SQL can name every other table as a view."""
        if split is not None:
            return self._relation(self.connection, table, split)
        self.shards(table)
        return self.connection.view(table)

    def arrow(self, table: str, split: str | None = None) -> Table:
        """The rows as an Arrow table in memory."""
        import pyarrow.parquet

        if split is None:
            parts = {each: self.arrow(table, each) for each in self._all_splits(table)}
            labels = [pyarrow.repeat(each, part.num_rows) for each, part in parts.items()]
            return pyarrow.concat_tables(
                part.drop_columns(["split"] if "split" in part.column_names else []).append_column("split", label)
                for part, label in zip(parts.values(), labels, strict=True)
            )
        shards = []
        for shard in self.shards(table, split):
            with _reading(self.folder / shard.path):
                shards.append(pyarrow.parquet.ParquetFile(self._source(shard)).read())
        return pyarrow.concat_tables(shards) if shards else arrow_schema(self.types[table]).empty_table()

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
        """The report that was written when the run was built."""
        path = self.folder / REPORT
        try:
            return parse_report(path.read_bytes(), str(path))
        except OSError as error:
            raise DataError("cannot read the report", where=str(path), got=error.strerror, hint=CHANGED_HINT) from None

    @cached_property
    def connection(self) -> DuckDBPyConnection:
        """A DuckDB connection in which every table is a view of all its splits."""
        connection = connect()
        for table in self.tables:
            labelled = [_labelled(self._relation(connection, table, each), each) for each in self._all_splits(table)]
            reduce(DuckDBPyRelation.union, labelled).create_view(table)
        return connection

    def _all_splits(self, table: str) -> list[str]:
        """The splits of a table that have files, those without rows included."""
        self.shards(table)
        return [split for split, shards in self.manifest.tables[table].splits.items() if shards]

    def _scan(self, table: str, split: str) -> LazyFrame:
        """A lazy frame over the files of a split."""
        import polars

        return polars.scan_parquet(self._paths(table, split), glob=False, hive_partitioning=False)

    def _relation(self, connection: DuckDBPyConnection, table: str, split: str) -> DuckDBPyRelation:
        """A relation over the files of a split."""
        return parquet(connection, self.folder, self._paths(table, split))

    def _paths(self, table: str, split: str) -> list[Path]:
        return [self.folder.resolve() / shard.path for shard in self.shards(table, split)]

    def _source(self, shard: File) -> Any:
        """The path or file object that pyarrow reads a shard from."""
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


def _labelled(rows: DuckDBPyRelation, split: str) -> DuckDBPyRelation:
    stored = "* EXCLUDE (split)" if "split" in map(str.lower, rows.columns) else "*"
    return rows.select(f"{stored}, {quote_literal(split)} AS split")


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Raises `DataError` for a file that is not parquet, or whose rows are not valid."""
    import pyarrow

    try:
        yield
    except ValidationError as error:
        raise from_validation(error, DataError, str(path)) from None
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError("cannot read the rows of this file", where=str(path), got=str(error)) from None


def parse_report(raw: bytes, where: str) -> Report:
    """A report from its JSON. Raises `DataError`."""
    try:
        return Report.model_validate_json(raw)
    except ValidationError as error:
        raise from_validation(error, DataError, where) from None


def check_path(path: str, where: str) -> None:
    """Raises `DataError` for a path that may leave the folder."""
    if not SAFE_PATH.fullmatch(path):
        expected = "a path inside the folder, of letters, digits, `.`, `_` and `-`"
        raise DataError("unsafe path", where=where, got=path, expected=expected)


def _check(folder: Path, shard: File, verify: bool) -> None:
    """Raises `DataError` for a file that differs from its entry in the manifest."""
    check_path(shard.path, str(folder / MANIFEST))
    if wrong := mismatch(folder, shard, digest=verify):
        where = str(folder / shard.path)
        raise DataError(wrong.what, where=where, got=wrong.got, expected=wrong.expected, hint=CHANGED_HINT)
