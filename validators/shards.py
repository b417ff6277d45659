"""A finished run against its manifest: every shard is there, and is the file that the manifest names."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import ValidationError

from ..schemas.errors import DataError, from_validation
from ..schemas.manifest import File, Manifest
from ..schemas.report import Finding
from .readers.run import DATA

CHECK = "manifest.shards"
TITLE = "Every shard is the file that the manifest names."


def against_manifest(folder: Path, manifest: Path) -> list[Finding]:
    """A finding for each table. Raises `DataError` if the manifest cannot be read."""
    try:
        tables = Manifest.model_validate_json(manifest.read_bytes()).tables
    except ValidationError as error:
        raise from_validation(error, DataError, str(manifest)) from None
    shards = {name: [file for files in table.splits.values() for file in files] for name, table in tables.items()}
    return [_finding(folder, table, files) for table, files in shards.items()]


def _finding(folder: Path, table: str, files: list[File]) -> Finding:
    problems = {file.path: _problem(folder, file) for file in files}
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


def _problem(folder: Path, file: File) -> str | None:
    """What is wrong with a shard; nothing outside the data of the run is looked at."""
    path, parts = folder / file.path, Path(file.path).parts
    if parts[:1] != (DATA,) or ".." in parts or not path.is_file():
        return "missing"
    if (size := path.stat().st_size) != file.bytes:
        return f"{size:,} bytes instead of {file.bytes:,}"
    with path.open("rb") as data:
        return None if hashlib.file_digest(data, "sha256").hexdigest() == file.sha256 else "another sha256"
