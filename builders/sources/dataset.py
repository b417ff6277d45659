"""Seeds from another dataset: a run, a folder or file of anybody's, or a dataset of the Hub at a revision."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from duckdb import DuckDBPyRelation

from ...schemas.errors import DataError, RecipeError
from ...schemas.origin import Origin
from ...schemas.row import Row, columns, key
from ...validators.readers import hub
from ...validators.readers.findings import require_all_read
from ...validators.readers.record import Broken, from_batches, require
from ...validators.tables.sql import key_text, query, quote_identifier, quote_literal
from . import BadSeed, Seed, Source
from ._cells import Cells
from ._tables import Tables, opened

KEY = "_seed_key"
"""Column that we add: the key of a row, or its number where the table has none."""
BATCH = 1000
"""Rows that Python holds at once."""


class Dataset(Source):
    """Reads rows of a run, a folder, a file or a dataset of the Hub.

    A row of a run keeps its key as the id of its seed. The origin of every seed names dataset, revision, table and
    key, so that its provenance can be followed there.
    """

    path: Path
    """The folder or file, relative to the folder of the recipe; or `owner/name@revision` on the Hub."""
    table: str | None = None
    """A table, or a view such as `items`; default: the main table of a run, or the only one."""
    text: str | None = None
    """Column of the texts; default: the one text column of a run's table."""
    id: str | None = None
    """Column of the ids; default: the key of a run's table, elsewhere a digest of the text."""
    fields: dict[str, str] = {}
    """Field that the family reads -> column that fills it, such as `domain: topic`."""
    where: dict[str, bool | int | float | str] = {}
    """Column -> value that a row must have, such as `split: train`."""

    def seeds(self, base: Path) -> Iterator[Seed | BadSeed]:
        """One seed for each row, in the order of the table; each id once."""
        place, name = self._place(base)
        with opened(place, name) as tables:
            require_all_read(str(self.path), tables.findings, but="reader.unreadable")
            table = self._table(tables)
            rows, row_type = tables.rows[table], tables.types.get(table)
            own_key = bool(row_type and key(row_type)) and tables.is_run
            where = f"{self.path}: {table}"
            text = self.text or _text_column(row_type, where)
            cells = Cells(text, self.id or (KEY if own_key else None), self.fields)
            require({*cells.columns, *self.where} - {KEY}, rows.columns, where)
            yield from _unreadable(tables, table)
            chosen = query(rows, self._select(rows, row_type, cells.columns))
            found = False
            for record in from_batches(chosen.to_arrow_reader(BATCH), [*{*cells.columns, KEY}]):
                found = True
                if isinstance(record, Broken):
                    yield BadSeed(f"{table}:{record.line}", record.reason, record.detail)
                else:
                    origin = Origin(tables.name, tables.revision, table, str(record.cells[KEY]))
                    yield cells.seed(record.cells, str(origin))
            if not found:
                raise DataError("no row to make a seed of", where=where, got=self.where or None)

    def _place(self, base: Path) -> tuple[Path, str]:
        """Where the data is on disk, and what the dataset is called."""
        wanted = self.path.as_posix()
        if not (base / self.path).exists() and hub.names_revision(wanted):
            return _downloaded(wanted), wanted.partition("@")[0]
        if not (base / self.path).exists():
            expected = "a run, a folder, a file, or owner/name@revision on the Hub"
            raise DataError("no such dataset", where="source.dataset.path", got=wanted, expected=expected)
        return base / self.path, (base / self.path).resolve().name

    def _table(self, tables: Tables) -> str:
        table = self.table or tables.default
        if table is None:
            got = ", ".join(tables.rows)
            raise RecipeError("several tables, and none is named", where="source.dataset.table", got=got)
        if table not in tables.rows:
            raise RecipeError.unknown("no such table", table, tables.rows, where=f"{self.path}: source.dataset.table")
        return table

    def _select(self, rows: DuckDBPyRelation, row_type: type[Row] | None, wanted: list[str]) -> str:
        """The query for the cells of the seeds and the key of each row, in an order that never changes."""
        numbered = "_row" in rows.columns
        row_key = key_text(row_type) if row_type and key(row_type) else "_row" if numbered else "row_number() OVER ()"
        cells = [f"{row_key} AS {KEY}", *(quote_identifier(column) for column in wanted if column != KEY)]
        conditions = " AND ".join(_equals(column, value) for column, value in self.where.items())
        in_order = "ORDER BY _row" if numbered else ""
        return f"SELECT {', '.join(cells)} FROM rows {f'WHERE {conditions}' if conditions else ''} {in_order}"


@cache
def _downloaded(place: str) -> Path:
    """Fetched once, so that a build reads the same commit each time even if a branch moves on meanwhile."""
    return hub.download(place)


def _equals(column: str, value: bool | int | float | str) -> str:
    cell = quote_identifier(column)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"TRY_CAST({cell} AS DOUBLE) = {float(value)!r}"
    return f"CAST({cell} AS VARCHAR) = {quote_literal(value if isinstance(value, str) else str(value).lower())}"


def _text_column(row_type: type[Row] | None, where: str) -> str:
    """The column `text`, or the only column of free text. Raises `RecipeError` if that leaves a choice."""
    found = [
        column.name
        for column in (columns(row_type) if row_type else ())
        if column.schema.get("type") == "string" and "enum" not in column.schema and "const" not in column.schema
        if not (column.is_key or column.foreign or column.item_of)
    ]
    if "text" in found or len(found) == 1:
        return "text" if "text" in found else found[0]
    raise RecipeError("which column holds the texts?", where=f"{where}: source.dataset.text", got=", ".join(found))


def _unreadable(tables: Tables, table: str) -> Iterator[BadSeed]:
    """Records of the table's files that could not be read."""
    for finding in tables.findings:
        if finding.check == "reader.unreadable" and finding.table == table:
            if finding.count > len(finding.examples):
                raise DataError(
                    "too many records cannot be read",
                    where=table,
                    got=f"{finding.count:,} records",
                    expected=f"at most {len(finding.examples):,}",
                    hint="`pluriset validate` shows them; repair the files first",
                )
            for example in finding.examples:
                place = f"{example['file']}:{example.get('line', example.get('_row', ''))}"
                yield BadSeed(place, "record cannot be read", str(example["problem"]))
