"""Recipes on disk: strict YAML in, YAML out, and paths that stay true when a recipe moves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from ...schemas.component import find, others
from ...schemas.errors import RecipeError, from_validation, place
from ...schemas.option_docs import paths
from ...schemas.recipe import Recipe
from ...schemas.yaml_text import dump_yaml, load_yaml
from ...validators.readers.hub import names_revision
from ...validators.readers.yaml_file import read_bytes
from .. import PACKAGE
from .prompt_files import with_prompts


def read_or_shipped(source: str | Path, changes: dict[str, Any]) -> Recipe:
    """The recipe in a file, or else the shipped one of this name. Raises `RecipeError`."""
    if str(source) in shipped_names() and not Path(source).is_file():
        return shipped(str(source), changes)
    return read(Path(source), changes)


def read(path: Path, changes: dict[str, Any] | None = None) -> Recipe:
    """The recipe in a file, its paths made absolute; `changes` replaces top-level keys. Raises `RecipeError`."""
    if not path.is_file():
        raise _no_such(str(path))
    return parse(read_bytes(path), str(path), path.parent.resolve(), changes)


def _no_such(got: str) -> RecipeError:
    expected = f"a YAML file, or one of those that come along: {', '.join(shipped_names())}"
    return RecipeError.unknown("no such recipe", got, shipped_names(), expected=expected)


def shipped(name: str, changes: dict[str, Any]) -> Recipe:
    """A recipe that is installed, with some top-level keys replaced; relative paths start in the working directory.

    Over another source it keeps neither number of seeds nor card, and needs a licence: those are of its own seeds.
    """
    file = _installed()[name]
    if "source" in changes:
        if "license" not in changes:
            raise RecipeError(
                "your own source needs a licence", where=f"{file.name}: license", expected="an id of the Hub"
            )
        changes = {"card": {}, "n": None, **changes}
    return parse(file.read_bytes(), file.name, Path.cwd(), changes)


def shipped_names() -> list[str]:
    """The names of the recipes that are installed."""
    return sorted(_installed())


def _installed() -> dict[str, Traversable]:
    """Name -> recipe: ours, and `<name>.yaml` of each package that a distribution declares under `pluriset.recipes`."""
    external = {entry.name: resources.files(entry.value) / f"{entry.name}.yaml" for entry in others("pluriset.recipes")}
    own = resources.files(f"{PACKAGE}.recipes").iterdir()
    return external | {file.name.removesuffix(".yaml"): file for file in own if file.name.endswith(".yaml")}


def parse(raw: bytes, file: str, base: Path, changes: dict[str, Any] | None = None) -> Recipe:
    """The recipe in some YAML. `base` is the folder from which its paths start."""
    return from_mapping({**load_yaml(raw, file), **(changes or {})}, file, base)


def from_mapping(keys: Mapping[str, Any], file: str, base: Path) -> Recipe:
    """The recipe with these keys; `file` is what errors call it. `base` is the folder from which its paths start."""
    try:
        recipe = Recipe.model_validate(dict(keys)).read_from(file)
    except ValidationError as error:
        hint = "`pluriset list recipe` says what each means"
        raise from_validation(error, RecipeError, file, keys=paths(Recipe), hint=hint) from None
    return moved(with_prompts(recipe, base), lambda path: base / path)


def dump(recipe: Recipe) -> str:
    """The recipe as YAML: what was said, not what was left to a default."""
    try:
        return dump_yaml(recipe.model_dump(mode="json", exclude_unset=True))
    except PydanticSerializationError as error:
        raise RecipeError("a run keeps its recipe as text", where=recipe.name, got=str(error)) from None


def moved(recipe: Recipe, move: Callable[[Path], Path]) -> Recipe:
    """The recipe with every path that an option of a component holds sent through `move`."""
    changed: dict[str, Any] = {
        "source": _moved(f"{PACKAGE}.sources", recipe.source, move, recipe.file, "source"),
        "family": _moved(f"{PACKAGE}.families", recipe.family, move, recipe.file, "family"),
        "teachers": {
            name: _moved(f"{PACKAGE}.teachers", spec, move, recipe.file, f"teachers.{name}")
            for name, spec in recipe.teachers.items()
        },
    }
    if recipe.curation:
        package = f"{PACKAGE}.curation"
        changed["curation"] = [
            _moved(package, step, move, recipe.file, f"curation[{at}]") for at, step in enumerate(recipe.curation)
        ]
    return recipe.model_copy(update=changed)


def _moved(package: str, spec: Any, move: Callable[[Path], Path], file: str, path: str) -> Any:
    if isinstance(spec, str) or len(spec) != 1:
        return spec
    [(name, options)] = spec.items()
    fields = find(package, name, place(file, path)).model_fields
    paths = {key for key, field in fields.items() if field.annotation is Path or Path in get_args(field.annotation)}

    def moved_path(value: str) -> str:
        path = move(Path(value))
        return value if names_revision(value) and not path.exists() else str(path)

    return {
        name: {
            key: moved_path(value) if key in paths and isinstance(value, str) else value
            for key, value in (options or {}).items()
        }
    }


def for_own_seeds(
    *,
    source: Path | None,
    text: str | None,
    id_: str | None,
    name: str | None,
    license_: str | None,
    n: int | None,
    budget: float | None = None,
) -> dict[str, Any]:
    """What a command line replaces in a recipe; of a recipe over other seeds neither number nor card is kept."""
    said = {"license": license_, "n": n, "name": name, "budget": None if budget is None else {"usd": budget}}
    replaced: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    if source is None:
        if text or id_:
            raise RecipeError("a column without a source", where="--text, --id", expected="--source FILE")
        return replaced
    if text is None or license_ is None:
        missing = "--text COLUMN" if text is None else "--license ID"
        raise RecipeError("your own source needs more", where="--source", expected=missing)
    file = {"path": str(source.resolve()), "text": text} | ({"id": id_} if id_ else {})
    return replaced | {"source": {"file": file}, "name": name or slug(source.stem), "n": n, "card": {}}


def slug(text: str) -> str:
    """A dataset name derived from arbitrary text."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._") or "dataset"
