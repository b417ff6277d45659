"""All failing rows of a check, written down by rule: DuckDB streams them, nothing is held."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from duckdb import DuckDBPyRelation, IOException

from ...schemas.errors import RunError
from ...schemas.report import Finding

LONGEST = 100
"""Characters of a file name, without its ending."""

Keep = Callable[[Finding, Callable[[], DuckDBPyRelation]], Finding]
"""What is done with a finding and all its failing rows, which are only looked for when they are called for."""


def forget(finding: Finding, _: Callable[[], DuckDBPyRelation]) -> Finding:
    """Let the rows go."""
    return finding


def keep_in(folder: Path) -> Keep:
    """Write the failing rows of every finding into a folder, as `<check>-<table>.parquet`."""

    def keep(finding: Finding, failing: Callable[[], DuckDBPyRelation]) -> Finding:
        if not finding.count:
            return finding
        path = folder / f"{_safe(finding)}.parquet"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            failing().to_parquet(str(path))
        except (OSError, IOException) as error:
            raise RunError("cannot write the failing rows", where=str(path), got=str(error)) from None
        return finding.model_copy(update={"file": path.name})

    return keep


def _safe(finding: Finding) -> str:
    """A name that any file system takes; the same for the same check and table, and no other's."""
    said = finding.check if finding.check.startswith(f"{finding.table}.") else f"{finding.check}-{finding.table}"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", said).strip(".")[:LONGEST]
    return plain if plain == said else f"{plain}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"
