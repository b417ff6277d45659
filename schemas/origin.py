"""Where a row of another dataset came from, as one string that `parse` reads back."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, unquote

ORIGIN = re.compile(r"dataset:([^@]+)@([^/]*)/([^/]+)/(.*)", re.DOTALL)


class Origin(NamedTuple):
    """A row of another dataset."""

    dataset: str
    """Name of the run, id on the Hub, or name of the file or folder."""
    revision: str
    """Commit on the Hub, or the start of the manifest's sha256 of a run; empty for a file or folder."""
    table: str
    """Table or view of the row."""
    key: str
    """Key of the row; of a table without one, the number of the row from 1."""

    def __str__(self) -> str:
        """Such as `dataset:everyday@1a2b3c4d5e6f/situations/s17`, what would end a part percent-encoded."""
        dataset, revision, table = (quote(part, safe=" ") for part in self[:3])
        return f"dataset:{dataset.replace('%2F', '/')}@{revision}/{table}/{self.key}"


def parse(origin: str) -> Origin | None:
    """The row that an origin names; None for one that names no row of a dataset, such as a line of a file."""
    if (found := ORIGIN.fullmatch(origin)) is None:
        return None
    dataset, revision, table, key = found.groups()
    return Origin(unquote(dataset), unquote(revision), unquote(table), key)
