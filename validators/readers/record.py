"""One record of a file, or the reason it cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...schemas.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from pyarrow import RecordBatch


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record, by column."""

    line: int
    """Line on which it begins; in a file without lines, its number from 1."""
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that cannot be read."""

    line: int
    """Line on which it begins; in a file without lines, its number from 1."""
    reason: str
    """Why, in words that are the same for the same cause."""
    detail: str
    """What was found."""


def require(wanted: Iterable[str], columns: Sequence[str], where: str) -> None:
    """Raises `DataError` if a wanted column is missing, or if two columns have the same name."""
    if repeated := next((name for name in columns if columns.count(name) > 1), None):
        raise DataError("two columns have the same name", where=where, got=repeated)
    for column in wanted:
        if column not in columns:
            got, hint = "the columns " + ", ".join(columns), did_you_mean(column, columns)
            raise DataError(f"there is no column {column!r}", where=where, got=got, hint=hint)


def from_batches(batches: Iterable[RecordBatch], wanted: Sequence[str]) -> Iterator[Record | Broken]:
    """The wanted columns of every row of some Arrow batches, one row at a time."""
    row = 0
    for batch in batches:
        arrays = {name: batch[name] for name in wanted}
        for i in range(batch.num_rows):
            row += 1
            try:
                yield Record(row, {name: array[i].as_py() for name, array in arrays.items()})
            except (ValueError, OverflowError) as error:
                yield Broken(row, "row cannot be read", str(error))
