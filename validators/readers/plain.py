"""CSV, JSON, JSONL and parquet files, one table a file, as they are."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas.errors import DataError

KINDS = (".csv", ".json", ".jsonl", ".parquet")


def read(connection: DuckDBPyConnection, place: Path) -> dict[str, DuckDBPyRelation]:
    """File stem -> its rows and their numbers from 1 as column `_row`. Raises `DataError` if nothing can be read."""
    paths = sorted(place.iterdir()) if place.is_dir() else [place]
    found = {path.stem: _rows(connection, path) for path in paths if path.suffix in KINDS and path.is_file()}
    if not found:
        raise DataError(
            "nothing that can be read is here", where=str(place), expected="a file that is one of " + ", ".join(KINDS)
        )
    return {stem: rows.select("row_number() OVER () AS _row, *") for stem, rows in found.items()}


def _rows(connection: DuckDBPyConnection, path: Path) -> DuckDBPyRelation:
    if path.suffix == ".csv":
        return connection.read_csv(str(path), header=True, all_varchar=True)
    if path.suffix == ".parquet":
        return connection.read_parquet(str(path))
    return connection.read_json(str(path), sample_size=-1)
