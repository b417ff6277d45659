"""Compares the shards of a finished run with its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...schemas.manifest import File
from ...schemas.report import Finding, problem_line
from ...schemas.run_layout import DATA
from ..readers.manifest import mismatch, parse_manifest

CHECK = "manifest.shards"
RULE = "Every shard matches the manifest"


def check_shards(folder: Path, manifest: Path) -> list[Finding]:
    """One finding per table. Raises `DataError` if the manifest cannot be read."""
    tables = parse_manifest(manifest.read_bytes(), str(manifest)).tables
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
        problem=problem_line("do|does not match the manifest", len(wrong), len(files), "shards"),
        rule=RULE,
        check=CHECK,
        severity="error",
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
    parts = Path(file.path).parts
    if parts[:1] != (DATA,) or ".." in parts:
        return "missing"
    wrong = mismatch(folder, file)
    return wrong and (f"{wrong.got} instead of {wrong.expected}" if wrong.got else "missing")
