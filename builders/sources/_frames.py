"""Data in memory as a source: written down as parquet under the digest of its content, so that a run can be rebuilt."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.errors import DataError, RecipeError
from ...validators.tables.atomic_write import write_atomic

FOLDER = Path("runs/sources")
"""Where data in memory is written, beside the runs that are built on it."""
EXPECTED = "a polars or pandas DataFrame, a pyarrow Table, a datasets.Dataset, or a list of dicts"


def file_source(data: object, text: str | None, id_: str | None, fields: Mapping[str, str]) -> dict[str, Any]:
    """Write data to `runs/sources/<digest>.parquet`; the `source` of a recipe that reads it from there.

    Raises `RecipeError` without a text column, and `DataError` for what is no table.
    """
    if text is None:
        raise RecipeError("a source in memory needs a text column", where="source", expected='text="column"')
    buffer = io.BytesIO()
    pq.write_table(_to_arrow(data), buffer, compression="zstd")
    path = FOLDER.resolve() / f"{hashlib.sha256(buffer.getvalue()).hexdigest()[:16]}.parquet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, buffer.getvalue())
    options = {"path": str(path), "text": text, "id": id_, "fields": dict(fields)}
    return {"file": {name: value for name, value in options.items() if value}}


def _to_arrow(data: Any) -> pa.Table:
    library = type(data).__module__.partition(".")[0]
    try:
        if isinstance(data, pa.Table):
            return data
        if isinstance(data, list):
            return pa.Table.from_pylist(data)
        if library == "polars":
            return (data.collect() if hasattr(data, "collect") else data).to_arrow()
        if library == "pandas":
            return pa.Table.from_pandas(data, preserve_index=False)
        if library == "datasets" and hasattr(data, "with_format"):
            return data.with_format("arrow")[:]
    except (pa.ArrowException, AttributeError, TypeError, ValueError) as error:
        raise DataError("not a table", where="source", got=str(error).partition("\n")[0], expected=EXPECTED) from None
    raise DataError("not a table", where="source", got=type(data).__name__, expected=EXPECTED)
