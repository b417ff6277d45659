"""A finished run against its manifest: every shard is the file that the manifest names, and all of them are there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from ...schemas.errors import DataError, from_validation
from ...schemas.manifest import File, Manifest
from ...schemas.report import Finding
from ...schemas.run_layout import DATA

CHECK = "manifest.shards"
TITLE = "Every shard is the file that the manifest names."


def against_manifest(folder: Path, manifest: Path) -> list[Finding]:
    """A finding for each table. Raises `DataError` if the manifest cannot be read."""
    try:
        tables = Manifest.model_validate_json(manifest.read_bytes()).tables
    except ValidationError as error:
        raise from_validation(error, DataError, str(manifest)) from None
    shards: dict[str, dict[str, File | None]] = {
        name: {file.path: file for files in table.splits.values() for file in files} for name, table in tables.items()
    }
    for path in sorted(folder.glob(f"{DATA}/*/[!.]*.parquet")):
        shards.setdefault(path.parent.name, {}).setdefault(path.relative_to(folder).as_posix(), None)
    return [_finding(folder, table, shards[table]) for table in shards]


def _finding(folder: Path, table: str, files: Mapping[str, File | None]) -> Finding:
    problems = {path: _problem(folder, files[path]) for path in sorted(files)}
    wrong = [{"file": path, "problem": problem} for path, problem in problems.items() if problem]
    return Finding(
        check=CHECK,
        severity="error",
        title=TITLE,
        table=table,
        count=len(wrong),
        of=len(files),
        unit="shards",
        examples=wrong[:5],
    )


def _problem(folder: Path, file: File | None) -> str | None:
    """What is wrong with a shard; nothing outside the data of the run is looked at."""
    if file is None:
        return "not in the manifest"
    path, parts = folder / file.path, Path(file.path).parts
    if parts[:1] != (DATA,) or ".." in parts or not path.is_file():
        return "missing"
    if (size := path.stat().st_size) != file.bytes:
        return f"{size:,} bytes instead of {file.bytes:,}"
    with path.open("rb") as data:
        return None if hashlib.file_digest(data, "sha256").hexdigest() == file.sha256 else "another sha256"
