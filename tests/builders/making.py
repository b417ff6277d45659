"""Builds as far as a test looks at them: a whole one takes five times as long, most of it for checks and card."""

from __future__ import annotations

from pathlib import Path

import pluriset
from pluriset.builders.assembly.materialize import write_tables
from pluriset.builders.execution.run import opened
from pluriset.schemas.manifest import Manifest
from pluriset.schemas.recipe import Recipe


def made(recipe: Recipe | Path, out: Path) -> Manifest:
    """Ask and make the tables, the rejects and the books; no report, no card, no manifest in the folder."""
    asked = recipe if isinstance(recipe, Recipe) else pluriset.recipe(recipe)
    with opened(asked, out) as run:
        run.ask()
        return write_tables(run)


def parquet_files(run: Path) -> dict[str, bytes]:
    """Path inside the run -> bytes, of every parquet file."""
    return {path.relative_to(run).as_posix(): path.read_bytes() for path in sorted(run.rglob("*.parquet"))}
