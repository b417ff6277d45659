"""Prompts of a family in other languages that a recipe keeps in files; a run holds them in its own recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...schemas.errors import RecipeError
from ...schemas.recipe import Recipe
from ...schemas.yaml_text import load_yaml

MAX_BYTES = 2**20


def with_prompts(recipe: Recipe, base: Path) -> Recipe:
    """The recipe with each file under `prompts` of its family read. Raises `RecipeError` for one that cannot be."""
    if isinstance(recipe.family, str) or len(recipe.family) != 1:
        return recipe
    [(name, options)] = recipe.family.items()
    if not isinstance(options, dict) or not isinstance(prompts := options.get("prompts"), dict):
        return recipe
    read = {
        language: _read(base / given, f"{recipe.file}: family.{name}.prompts.{language}")
        if isinstance(given, str)
        else given
        for language, given in prompts.items()
    }
    return recipe.model_copy(update={"family": {name: {**options, "prompts": read}}})


def _read(path: Path, where: str) -> dict[str, Any]:
    if not path.is_file():
        raise RecipeError("no such file of prompts", where=where, got=str(path))
    if path.stat().st_size > MAX_BYTES:
        raise RecipeError("too large for prompts", where=where, got=str(path), expected=f"at most {MAX_BYTES:,} bytes")
    return load_yaml(path.read_bytes(), str(path))
