"""Recipes on disk: strict YAML in, YAML out, and paths that stay true when a recipe moves."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from ..schemas.component import find
from ..schemas.errors import PlurisetError, RecipeError, from_validation
from ..schemas.recipe import Recipe
from ..schemas.yaml_text import dump_yaml, load_yaml

PACKAGE = __package__
LARGEST = 1_000_000
"""Bytes of the largest recipe that is read."""


def read(path: Path, changes: dict[str, Any] | None = None) -> Recipe:
    """The recipe in a file, its paths made absolute; `changes` replaces top-level keys. Raises `RecipeError`."""
    if not path.is_file():
        raise RecipeError("no such recipe", got=str(path), hint="`pluriset list` names the shipped ones")
    if path.stat().st_size > LARGEST:
        raise RecipeError("too large for a recipe", where=str(path), expected=f"at most {LARGEST:,} bytes")
    return parse(path.read_bytes(), str(path), path.parent.resolve(), changes)


def shipped(name: str, changes: dict[str, Any]) -> Recipe:
    """A shipped recipe with some top-level keys replaced; relative paths in them start where we are."""
    file = resources.files(f"{PACKAGE}.recipes") / f"{name}.yaml"
    return parse(file.read_bytes(), f"{name}.yaml", Path.cwd(), changes)


def shipped_names() -> list[str]:
    """The families that have a shipped recipe."""
    files = resources.files(f"{PACKAGE}.recipes").iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml"))


def parse(raw: bytes, file: str, base: Path, changes: dict[str, Any] | None = None) -> Recipe:
    """The recipe in some YAML. `base` is the folder from which its paths start."""
    said = load_yaml(raw, file)
    try:
        return moved(Recipe.model_validate({**said, **(changes or {})}), lambda path: base / path)
    except ValidationError as error:
        raise from_validation(error, RecipeError, file) from None
    except PlurisetError as error:
        error.where = f"{file}: {error.where}"
        raise


def dump(recipe: Recipe) -> str:
    """The recipe as YAML: what was said, not what was left to a default."""
    try:
        return dump_yaml(recipe.model_dump(mode="json", exclude_unset=True))
    except PydanticSerializationError as error:
        raise RecipeError("a run keeps its recipe as text", where=recipe.name, got=str(error)) from None


def moved(recipe: Recipe, move: Callable[[Path], Path]) -> Recipe:
    """The recipe with every path that an option of a component holds sent through `move`."""
    changed: dict[str, Any] = {
        "source": _moved(f"{PACKAGE}.sources", recipe.source, move, "source"),
        "family": _moved(f"{PACKAGE}.families", recipe.family, move, "family"),
        "teachers": {
            name: _moved(f"{PACKAGE}.teachers", spec, move, f"teachers.{name}")
            for name, spec in recipe.teachers.items()
        },
    }
    if recipe.curation:
        package = f"{PACKAGE}.curation"
        changed["curation"] = [_moved(package, s, move, f"curation[{i}]") for i, s in enumerate(recipe.curation)]
    return recipe.model_copy(update=changed)


def _moved(package: str, spec: Any, move: Callable[[Path], Path], where: str) -> Any:
    if isinstance(spec, str) or len(spec) != 1:
        return spec
    [(name, options)] = spec.items()
    fields = find(package, name, where).model_fields
    paths = {key for key, field in fields.items() if field.annotation is Path or Path in get_args(field.annotation)}
    return {
        name: {
            key: str(move(Path(value))) if key in paths and isinstance(value, str) else value
            for key, value in (options or {}).items()
        }
    }
