"""A run folder, `data/<table>/<split>-00000-of-00001.parquet`, as DuckDB relations; nothing is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import reduce
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation
from pydantic_core import from_json

from ...schemas import aliases
from ...schemas.errors import DataError
from ...schemas.rows import families, tables_of
from ...schemas.rows.reject import Reject
from ...schemas.run_layout import DATA, JOURNAL, LOCK, MANIFEST, RECIPE, REJECTS
from ..tables.sql import escape_glob, quote_identifier, quote_literal
from .inside import require_inside
from .manifest import finish_command, manifest_bytes
from .yaml_file import read_yaml

SHARD = re.compile(r"(\w+(?:\.\w+)*)-(\d{5})-of-(\d{5})\.parquet")
"""Split, number and how many: the names that the Hub knows."""


def is_run(folder: Path) -> bool:
    """Whether a folder is a run, finished or not. The one place that decides it.

    A run has a manifest that names its family, or a recipe with the journal or lock of a build, or all tables of a
    family where a run has them. Raises `DataError` if there is a manifest that is not JSON.
    """
    if manifest_family(folder) or _is_started(folder):
        return True
    tables = _table_names(folder)
    return bool(tables) and any(set(tables_of(family, tables)) <= tables for family in families())


def has_tables(folder: Path) -> bool:
    """Whether a folder is a run with tables to read. Raises `DataError` for a run that is unsafe or has none yet."""
    if not is_run(folder):
        return False
    require_inside(folder)
    if not _table_names(folder) and _is_started(folder):
        hint = f"finish it: {finish_command(folder)}"
        raise DataError("this run is not complete: it has no tables yet", where=str(folder), hint=hint)
    return bool(_table_names(folder))


def manifest_family(folder: Path) -> str | None:
    """The family that the manifest of a run names; None without a manifest, as while the run is being built."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = from_json(manifest_bytes(path))
    except (OSError, ValueError) as error:
        raise DataError("the manifest cannot be read", where=str(path), got=str(error)) from None
    family = manifest.get("family") if isinstance(manifest, dict) else None
    return family if isinstance(family, str) else None


def family_of(folder: Path) -> str | None:
    """The family of a run: that of its manifest, or of its recipe while it is being built; None if neither says."""
    recipe = folder / RECIPE
    if (family := manifest_family(folder)) or not recipe.is_file():
        return family
    spec = read_yaml(recipe).get("family")
    return next(iter(spec), None) if isinstance(spec, dict) else spec if isinstance(spec, str) else None


def _is_started(folder: Path) -> bool:
    return (folder / RECIPE).is_file() and ((folder / JOURNAL).is_dir() or (folder / LOCK).is_file())


def _table_names(folder: Path) -> set[str]:
    data = folder / DATA
    return {path.name for path in data.iterdir() if path.is_dir()} if data.is_dir() else set()


def read(connection: DuckDBPyConnection, folder: Path) -> dict[str, DuckDBPyRelation]:
    """Table -> its rows, each with the split it is in as column `split`. Raises `DataError` if this is no run."""
    data = folder / DATA
    places = sorted(path for path in data.iterdir() if path.is_dir()) if data.is_dir() else []
    tables = {place.name: _table(connection, place) for place in places}
    if not tables:
        expected = f"{DATA}/<table>/<split>-00000-of-00001.parquet"
        raise DataError("no run: it has no tables", where=str(folder), expected=expected)
    return tables


def rejects(connection: DuckDBPyConnection, folder: Path) -> DuckDBPyRelation | None:
    """What went missing and why; None where it is not here. Raises `DataError` if it cannot be read."""
    path = folder / REJECTS
    if not path.is_file():
        return None
    rows = parquet(connection, path, [path])
    current = [f"{quote_identifier(old)} AS {quote_identifier(new)}" for old, new in _current_names(rows.columns)]
    return rows.select(", ".join(current))


def _current_names(columns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every column of rejects with the name it has today."""
    for column in columns:
        yield column, next(iter(aliases.fields(Reject.__name__, {column: None})))


def parquet(connection: DuckDBPyConnection, place: Path, paths: Iterable[Path]) -> DuckDBPyRelation:
    """The rows of these files of a place, and of no others. Raises `DataError` if one cannot be read."""
    try:
        return connection.read_parquet([*map(escape_glob, paths)], union_by_name=True, hive_partitioning=False)
    except duckdb.Error as error:
        raise DataError("cannot be read as parquet", where=str(place), got=str(error).splitlines()[0]) from None


def _table(connection: DuckDBPyConnection, place: Path) -> DuckDBPyRelation:
    splits = _splits(place)
    parts = [_split(connection, place, split, splits[split]) for split in sorted(splits)]
    return reduce(lambda a, b: a.union_by_name(b), parts)


def _splits(place: Path) -> dict[str, list[str]]:
    """Split -> the names of its shards, none of which may be missing."""
    splits: dict[str, list[str]] = {}
    for name in sorted(path.name for path in place.iterdir() if not path.name.startswith(".")):
        if not (shard := SHARD.fullmatch(name)):
            raise DataError("not a shard", where=str(place / name), expected="<split>-00000-of-00001.parquet")
        splits.setdefault(shard[1], []).append(name)
    for split, names in splits.items():
        _complete(place, split, names)
    if not splits:
        raise DataError("a table without shards", where=str(place))
    return splits


def _complete(place: Path, split: str, names: Iterable[str]) -> None:
    found = {(int(shard[2]), int(shard[3])) for name in names if (shard := SHARD.fullmatch(name))}
    whole = {(number, len(found)) for number in range(len(found))}
    if found != whole:
        got = ", ".join(names)
        raise DataError(f"the shards of split {split} are not a whole", where=str(place), got=got)


def _split(connection: DuckDBPyConnection, place: Path, split: str, names: Iterable[str]) -> DuckDBPyRelation:
    rows = parquet(connection, place, [place / name for name in names])
    others = "* EXCLUDE (split)" if "split" in map(str.lower, rows.columns) else "*"
    return rows.select(f"{others}, {quote_literal(split)} AS split")
