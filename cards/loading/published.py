"""A dataset that pluriset did not build, opened under the profile that describes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation
from pydantic import ValidationError

from ...schemas import html
from ...schemas.checks_file import NAME as CHECKS_FILE
from ...schemas.errors import ChecksFailed, DataError, from_validation
from ...schemas.report import Report
from ...schemas.row import Row, columns
from ...validators.judging.overrides import overrides_beside
from ...validators.profiles.contract_tables import contract_tables
from ...validators.profiles.published import typed_tables
from ...validators.profiles.recognise import recognise, require_profile
from ...validators.readers import hub
from ...validators.readers.read import confine, read
from ...validators.tables.sql import connect, quote_identifier, quote_literal
from ...validators.validate import validate_path

if TYPE_CHECKING:
    from polars import LazyFrame
    from pyarrow import Table

BATCH = 1024
"""Rows of a batch."""

SPLIT = "coalesce(split, 'train')"
"""SQL of the split of a row."""


def open_external(path: str | Path, as_: str | None = None, verify: bool = False) -> ExternalDataset:
    """Open a file, a folder or a dataset on the Hub as the published dataset `as_`, or as its columns suggest.

    What is not recognised is opened by the roles in its contract, the `pluriset.yaml` beside it: items, annotations and
    other views of `schemas.views`.

    Raises `DataError` if it cannot be read or recognised, `RecipeError` if it no longer fits its contract and, with
    `verify`, `ChecksFailed` if a check of severity error fails.
    """
    connection, folder = connect(), hub.local(path)
    source = read(connection, folder)
    confine(connection, source)
    known = require_profile(as_, source.tables) if as_ else recognise(source.tables)
    if known is None:
        if (contract := overrides_beside(folder)).roles:
            types = contract_tables(connection, source.tables, contract.roles, contract.file)
            dataset = ExternalDataset(str(path), None, f"by the roles in {contract.file}", types, (), connection)
            return dataset.verified() if verify else dataset
        got = "; ".join(f"{table}: {', '.join(rows.columns)}" for table, rows in source.tables.items())
        hint = f"`pluriset describe {path}` writes the roles of its columns to {CHECKS_FILE}, by which it then opens"
        expected = f"the columns of a dataset that `pluriset list` names, a run, or a {CHECKS_FILE} with roles"
        raise DataError("not a dataset that we recognise", where=str(path), got=got[:500], expected=expected, hint=hint)
    tables = typed_tables(connection, source.tables, known)
    types = {table: known.profile.configs[table].row for table in tables}
    left_out = tuple(table for table in source.tables if table not in known.configs)
    dataset = ExternalDataset(str(path), known.name, known.how, types, left_out, connection)
    return dataset.verified() if verify else dataset


@dataclass(frozen=True, repr=False)
class ExternalDataset:
    """Typed tables of a dataset from elsewhere. A cell that does not fit its column is null, and the report says so."""

    path: str
    profile: str | None
    """Id of the published dataset that it was recognised as, a module of `schemas.published`; null by a contract."""
    how: str
    """How it was recognised."""
    types: dict[str, type[Row]]
    """Table -> row type."""
    left_out: tuple[str, ...]
    """Tables that the profile does not describe."""
    connection: DuckDBPyConnection = field(repr=False)
    """A connection in which every table is `theirs.<table>`."""

    def __repr__(self) -> str:
        return f"ExternalDataset({self.path!r}, {self.profile or 'by its contract'}, tables={', '.join(self.tables)})"

    def _repr_html_(self) -> str:
        """For notebooks: the tables with their rows and splits."""
        rows = [
            (name, self._selected(name, None, "count(*)").fetchall()[0][0], ", ".join(self.splits(name)))
            for name in self.tables
        ]
        read_as = f"read as {self.profile}, {self.how}" if self.profile else f"read {self.how}"
        return html.heading(self.path, read_as) + html.table(["table", "rows", "splits"], rows)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(self.types)

    def splits(self, table: str) -> list[str]:
        """The splits of a table; rows without one belong to `train`."""
        return sorted(split for (split,) in self._selected(table, None, f"DISTINCT {SPLIT}").fetchall())

    def duckdb(self, table: str, split: str | None = None) -> DuckDBPyRelation:
        """A relation over the rows of a table; without a `split`, those of all splits with the column `split`."""
        names = [column.name for column in columns(self._type(table))]
        if split is not None:
            return self._selected(table, split, ", ".join(map(quote_identifier, names)))
        cells = [quote_identifier(name) for name in names if name != "split"]
        return self._selected(table, None, ", ".join([*cells, f"{SPLIT} AS split"]))

    def arrow(self, table: str, split: str | None = None) -> Table:
        """The rows as an Arrow table in memory."""
        return self.duckdb(table, split).to_arrow_table()

    def polars(self, table: str, split: str | None = None) -> LazyFrame:
        """A lazy frame."""
        import polars

        return polars.LazyFrame(self.arrow(table, split))

    def datasets(self, table: str) -> Any:
        """A `DatasetDict` of the splits."""
        import datasets

        splits = {split: self.arrow(table, split) for split in self.splits(table)} or {
            "train": self.arrow(table, "train")
        }
        return datasets.DatasetDict({split: datasets.Dataset(rows) for split, rows in splits.items()})

    def rows(self, table: str, split: str | None = None) -> Iterator[Any]:
        """Instances of the row type of a table, read in batches. Raises `DataError` at a row that is not valid."""
        cells = ", ".join(quote_identifier(column.name) for column in columns(self._type(table)))
        for batch in self._selected(table, split, f"{cells}, _table AS _from, _row AS _at").to_arrow_reader(BATCH):
            for row in batch.to_pylist():
                where = f"{self.path}: {row.pop('_from')}, row {row.pop('_at')}"
                try:
                    yield self.types[table].model_validate(row)
                except ValidationError as error:
                    raise from_validation(error, DataError, where) from None

    @cached_property
    def report(self) -> Report:
        """The report of every check and measure that applies."""
        return validate_path(self.path, as_=self.profile)

    def verified(self) -> ExternalDataset:
        """The same dataset, if no check of severity error fails. Raises `ChecksFailed`."""
        errors = [finding for finding in self.report.findings if finding.count and finding.severity == "error"]
        if errors:
            got = "; ".join(f"{one.check} in {one.table}: {one.count:,}" for one in errors)
            hint = f"`pluriset validate {self.path}` shows the rows; without verify it opens as it is"
            raise ChecksFailed("checks of severity error failed", where=self.path, got=got, hint=hint)
        return self

    def _selected(self, table: str, split: str | None, expressions: str) -> DuckDBPyRelation:
        self._type(table)
        condition = f" WHERE {SPLIT} = {quote_literal(split)}" if split is not None else ""
        return self.connection.sql(f"SELECT {expressions} FROM theirs.{quote_identifier(table)}{condition}")

    def _type(self, table: str) -> type[Row]:
        if table not in self.types:
            raise DataError.unknown("no such table", table, self.types, where=self.path)
        return self.types[table]
