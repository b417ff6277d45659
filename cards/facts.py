"""What a manifest says about who wrote and judged a dataset; used by front matter, card and limitations."""

from __future__ import annotations

from typing import Any

from ..schemas.manifest import Manifest
from ..schemas.recipe import Panelist


def rows(manifest: Manifest, table: str) -> int:
    """Rows of a table; none where there is no such table."""
    return manifest.tables[table].rows if table in manifest.tables else 0


def spoke(manifest: Manifest) -> dict[str, dict[str, Any]]:
    """The teachers whose answers are in this dataset, with their identities."""
    names = {spending.teacher for spending in manifest.books.spending}
    return {name: facts for name, facts in manifest.teachers.items() if name in names}


def models(manifest: Manifest) -> dict[str, dict[str, Any]]:
    """The teachers that are models; a script gives answers of which we do not know whose they are."""
    return {name: facts for name, facts in spoke(manifest).items() if facts["teacher"] != "scripted"}


def panels(manifest: Manifest) -> dict[str, list[Panelist]]:
    """Role -> the annotators that answered for it."""
    roles = sorted({spending.role for spending in manifest.books.spending})
    return {role: manifest.recipe.answerers(role) for role in roles}
