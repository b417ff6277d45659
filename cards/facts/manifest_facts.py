"""Facts derived from a manifest, for front matter, card, limitations and loading."""

from __future__ import annotations

from typing import Any

from ...schemas import family_schema
from ...schemas.errors import DataError
from ...schemas.manifest import File, Manifest
from ...schemas.recipe import Panelist
from ...schemas.row import Row
from ...schemas.run_layout import MANIFEST


def row_types(manifest: Manifest) -> dict[str, type[Row]]:
    """Table -> row type of the tables of a run, the main table first. Raises `DataError` for an unknown table."""
    known = family_schema.row_types(manifest)
    for table in (manifest.main_table, *manifest.tables):
        if table not in known or table not in manifest.tables:
            raise DataError.unknown("no such table in this family", table, known, where=f"{MANIFEST}: tables")
    return {table: row_type for table, row_type in known.items() if table in manifest.tables}


def row_count(manifest: Manifest, table: str) -> int:
    """Rows of a table; 0 where there is no such table."""
    return manifest.tables[table].rows if table in manifest.tables else 0


def total_rows(files: list[File]) -> int:
    """Rows of some shards."""
    return sum(file.rows or 0 for file in files)


def splits_with_rows(manifest: Manifest, table: str) -> dict[str, list[File]]:
    """The splits of a table that have rows: `datasets` 5.2 cannot open any other."""
    return {split: files for split, files in manifest.tables[table].splits.items() if total_rows(files)}


def teachers_used(manifest: Manifest) -> dict[str, dict[str, Any]]:
    """The teachers whose answers are in this dataset, with their identities."""
    names = {spending.teacher for spending in manifest.books.spending}
    return {name: facts for name, facts in manifest.teachers.items() if name in names}


def models_used(manifest: Manifest) -> dict[str, dict[str, Any]]:
    """The teachers among them that are models, and no people; where the answers of a script came from is unknown."""
    others = ("human", "scripted")
    return {name: facts for name, facts in teachers_used(manifest).items() if facts.get("teacher") not in others}


def annotators_by_role(manifest: Manifest) -> dict[str, list[Panelist]]:
    """Role -> the annotators that answered for it."""
    roles = sorted({spending.role for spending in manifest.books.spending})
    return {role: manifest.recipe.answerers(role) for role in roles}


def curation_steps(manifest: Manifest) -> list[str]:
    """The names of the curation steps, in order."""
    return [step if isinstance(step, str) else next(iter(step)) for step in manifest.recipe.curation]
