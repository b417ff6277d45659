"""A dataset that somebody else published, opened under the profile that knows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation
from pydantic import ValidationError

from ...schemas.errors import ChecksFailed, DataError, from_validation
from ...schemas.report import Report
from ...schemas.row import Row, columns
from ...validators.profiles.published import typed_tables
from ...validators.profiles.recognise import named, recognise
from ...validators.readers import hub
from ...validators.readers.read import confine, read
from ...validators.tables.sql import connect, quote_identifier, quote_literal
from ...validators.validate import validate_path

if TYPE_CHECKING:
    from polars import LazyFrame
    from pyarrow import Table

BATCH = 1024
"""Rows that are read at once."""

SPLIT = "coalesce(split, 'train')"
"""SQL of the split that a row is in."""


def open_external(place: str | Path, as_: str | None = None, verify: bool = False) -> ExternalDataset:
    """Open a file, a folder, or a dataset of the Hub as the published dataset `as_`, else as what its columns say.

    Raises `DataError` if it cannot be read or is none that we know, and with `verify` `ChecksFailed` if a check of
    severity error finds rows.
    """
    connection = connect()
    found = read(connection, hub.local(place))
    confine(connection, found)
    known = named(as_, found.tables) if as_ else recognise(found.tables)
    if known is None:
        got = "; ".join(f"{table}: {', '.join(rows.columns)}" for table, rows in found.tables.items())
        hint = f"`pluriset validate {place}` reads it by its shape"
        expected = "the columns of a dataset that `pluriset list` names, or a run"
        raise DataError("not a dataset that we know", where=str(place), got=got[:500], expected=expected, hint=hint)
    tables = typed_tables(connection, found.tables, known)
    types = {table: known.profile.configs[table].row for table in tables}
    left_out = tuple(table for table in found.tables if table not in known.configs)
    opened = ExternalDataset(str(place), known.name, known.how, types, left_out, connection)
    return opened.verified() if verify else opened


@dataclass(frozen=True)
class ExternalDataset:
    """Somebody's tables, typed; a cell that is not what its column holds is null here, and a finding of the report."""

    place: str
    profile: str
    """The published dataset that it is taken for, by the name of its file in `schemas.published`."""
    how: str
    """How that was found out."""
    types: dict[str, type[Row]]
    """Table -> row type."""
    left_out: tuple[str, ...]
    """Tables that are there and no part of that dataset as we know it."""
    connection: DuckDBPyConnection = field(repr=False)
    """A connection in which every table is `theirs.<table>`."""

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(self.types)

    def splits(self, table: str) -> list[str]:
        """The splits of a table; a row without one is of `train`."""
        return sorted(split for (split,) in self._selected(table, None, f"DISTINCT {SPLIT}").fetchall())

    def duckdb(self, table: str, split: str | None = None) -> DuckDBPyRelation:
        """A relation."""
        return self._selected(
            table, split, ", ".join(quote_identifier(column.name) for column in columns(self._type(table)))
        )

    def arrow(self, table: str, split: str | None = None) -> Table:
        """The rows in memory."""
        return self.duckdb(table, split).to_arrow_table()

    def polars(self, table: str, split: str | None = None) -> LazyFrame:
        """A lazy frame."""
        import polars

        return polars.LazyFrame(self.arrow(table, split))

    def datasets(self, table: str) -> Any:
        """A `DatasetDict` of the splits."""
        import datasets

        splits = {split: self.arrow(table, split) for split in self.splits(table)} or {"train": self.arrow(table)}
        return datasets.DatasetDict({split: datasets.Dataset(rows) for split, rows in splits.items()})

    def rows(self, table: str, split: str | None = None) -> Iterator[Row]:
        """Typed rows, one after another. Raises `DataError` at one that does not fit its type."""
        cells = ", ".join(quote_identifier(column.name) for column in columns(self._type(table)))
        for batch in self._selected(table, split, f"{cells}, _table AS _from, _row AS _at").to_arrow_reader(BATCH):
            for row in batch.to_pylist():
                where = f"{self.place}: {row.pop('_from')}, row {row.pop('_at')}"
                try:
                    yield self.types[table].model_validate(row)
                except ValidationError as error:
                    raise from_validation(error, DataError, where) from None

    @cached_property
    def report(self) -> Report:
        """What every check and measure says of it."""
        return validate_path(self.place, as_=self.profile)

    def verified(self) -> ExternalDataset:
        """Itself, if no check of severity error finds rows. Raises `ChecksFailed`."""
        errors = [finding for finding in self.report.findings if finding.count and finding.severity == "error"]
        if errors:
            got = "; ".join(f"{one.check} in {one.table}: {one.count:,}" for one in errors)
            hint = f"`pluriset validate {self.place}` shows the rows; without verify it opens as it is"
            raise ChecksFailed("checks of severity error find rows", where=self.place, got=got, hint=hint)
        return self

    def _selected(self, table: str, split: str | None, what: str) -> DuckDBPyRelation:
        self._type(table)
        chosen = f" WHERE {SPLIT} = {quote_literal(split)}" if split is not None else ""
        return self.connection.sql(f"SELECT {what} FROM theirs.{quote_identifier(table)}{chosen}")

    def _type(self, table: str) -> type[Row]:
        if table not in self.types:
            raise DataError.unknown("no such table", table, self.types, where=self.place)
        return self.types[table]
