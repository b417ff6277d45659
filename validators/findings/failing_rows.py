"""All failing rows of a check, streamed to a file by DuckDB."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from duckdb import DuckDBPyRelation, IOException

from ...schemas.errors import RunError
from ...schemas.report import Finding

MAX_NAME = 100
"""Maximum length of a file name without its suffix."""

RowSink = Callable[[Finding, Callable[[], DuckDBPyRelation]], Finding]
"""Called with a finding and its failing rows, which are computed lazily; returns the finding to report."""


def discard_rows(finding: Finding, _: Callable[[], DuckDBPyRelation]) -> Finding:
    """Keep only the finding."""
    return finding


def write_rows_to(folder: Path) -> RowSink:
    """Write the failing rows of every finding to `<check>-<table>.parquet` in a folder."""

    def write(finding: Finding, failing: Callable[[], DuckDBPyRelation]) -> Finding:
        if not finding.count:
            return finding
        path = folder / f"{_file_name(finding)}.parquet"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            failing().to_parquet(str(path))
        except (OSError, IOException) as error:
            raise RunError("cannot write the failing rows", where=str(path), got=str(error)) from None
        return finding.model_copy(update={"file": path.name})

    return write


def _file_name(finding: Finding) -> str:
    """A portable file name, unique to the check and table."""
    name = finding.check if finding.check.startswith(f"{finding.table}.") else f"{finding.check}-{finding.table}"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip(".")[:MAX_NAME]
    return plain if plain == name else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
