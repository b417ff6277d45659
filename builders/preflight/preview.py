"""The first rows of a build: a few seeds are run, and their answers cached for the build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ...schemas.progress import Watch
from ...schemas.recipe import Recipe
from ...schemas.row import Row
from ...schemas.rows.reject import Reject
from ..execution import run


def preview(
    recipe: Recipe, folder: Path, n: int, watch: Watch | None
) -> tuple[list[Row], list[Reject], Mapping[str, type[Row]]]:
    """The rows of the first `n` seeds, what was rejected, and the row types. Only the journal is written."""
    first = recipe.model_copy(update={"n": min(n, recipe.n or n)})
    with run.opened(recipe, folder) as work:
        work.crew = replace(work.crew, recipe=first)
        work.ask(watch)
        rejects: list[Reject] = []
        rows = [row for rows in work.replay(rejects.append) for row in rows]
        return rows, rejects, work.crew.family.tables_for_options()
