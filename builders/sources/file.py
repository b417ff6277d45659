"""Seeds from your own file: JSON lines, JSON, CSV, TSV, parquet or Arrow, with a column of texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...schemas.errors import DataError
from ...validators.readers.record import Broken
from ...validators.readers.stream import records
from . import BadSeed, Seed, Source
from ._cells import Cells


class File(Source):
    """Reads one text from each record of a file, in every format that `validate` reads."""

    path: Path
    """The file; relative to the folder of the recipe."""
    text: str
    """Column of the texts."""
    id: str | None = None
    """Column of the ids; without it, an id is a digest of the text."""
    fields: dict[str, str] = {}
    """Field that the family reads -> column that fills it, such as `domain: topic`."""

    def seeds(self, base: Path) -> Iterator[Seed | BadSeed]:
        """One seed for each record; each id once."""
        path, cells = base / self.path, Cells(self.text, self.id, self.fields)
        empty = True
        for record in records(path, cells.columns):
            empty = False
            origin = f"{path.name}:{record.line}"
            if isinstance(record, Broken):
                yield BadSeed(origin, record.reason, record.detail)
            else:
                yield cells.seed(record.cells, origin)
        if empty:
            raise DataError("the file has columns, and no records", where=str(path))
