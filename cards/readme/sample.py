"""The first rows of a dataset, for the card."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from ...schemas.manifest import Manifest
from ..facts.manifest_facts import row_types
from ..loading.dataset import Dataset

ROWS = 10
"""Rows that a card shows."""
CELL = 80
"""Characters of a cell; longer ones are shortened."""
HIDDEN = ("digest",)
"""Columns that a reader of a card has no use for."""


def sample(folder: Path, manifest: Manifest) -> dict[str, Any]:
    """Columns and cells of the first rows of the main table, without columns that are empty in all of them.

    Raises `DataError` for rows that cannot be read.
    """
    rows = [*islice(_rows(folder, manifest), ROWS)]
    empty: tuple[object, ...] = (None, "", [])
    shown = [name for name in (rows[0] if rows else ()) if any(row[name] not in empty for row in rows)]
    head = [name for name in shown if name not in HIDDEN]
    return {"head": head, "rows": [[shortened(row[name]) for name in head] for row in rows]}


def shortened(cell: object) -> object:
    """A cell as a number or a short text; lists and structs as JSON."""
    if cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool)):
        return cell
    text = cell if isinstance(cell, str) else to_json(cell, fallback=str).decode()
    return text if len(text) <= CELL else text[: CELL - 1] + "…"


def _rows(folder: Path, manifest: Manifest) -> Iterator[dict[str, Any]]:
    """The rows of the main table, split by split, each with its split."""
    dataset = Dataset(folder, manifest, row_types(manifest))
    for split in dataset.splits(manifest.main_table):
        for row in dataset.rows(manifest.main_table, split):
            yield row.model_dump() | {"split": split}
