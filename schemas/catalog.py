"""The catalog behind `pluriset list`: keys of a recipe, and all components with their options."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain
from typing import Any

from . import component
from .errors import RecipeError
from .option_docs import described
from .recipe import Recipe

RECIPE = "recipe"
"""Kind of the keys of a recipe, which are no components."""
KINDS = {
    kind: f"{__name__.partition('.')[0]}.{package}"
    for kind, package in {
        "families": "builders.families",
        "sources": "builders.sources",
        "teachers": "builders.teachers",
        "curation": "builders.curation",
        "scorers": "builders.scorers",
        "annotation_tools": "builders.annotation_tools",
        "checks": "validators.checks",
        "measures": "validators.measures",
        "audits": "validators.audits",
        "published": "schemas.published",
    }.items()
}
"""Kind of component -> the package that holds its components."""
Lines = list[dict[str, Any]]


def listed(kind: str | None = None, name: str | None = None) -> Lines:
    """Everything, the components of one kind, or the options of one name.

    Raises `RecipeError` for an unknown kind or name.
    """
    if kind is None:
        keys = [_summary(path, field) for path, field in _fields().items()]
        return keys + [row for each, package in KINDS.items() for row in component.listed(each, package)]
    if kind == RECIPE:
        rows = [row for path, row in _fields().items() if name is None or name in _parts(path)]
        if not rows:
            raise RecipeError.unknown("no such key in a recipe", str(name), _names())
        return [*rows]
    if kind not in KINDS:
        return _anywhere(kind, name)
    if name is None:
        return component.listed(kind, KINDS[kind])
    options = described(component.find(KINDS[kind], name))
    return [*options] or [component.summary(kind, KINDS[kind], name)]


def _fields() -> dict[str, dict[str, str]]:
    """Path of a recipe key -> its documentation."""
    return {row["option"]: row for row in described(Recipe)}


def _summary(path: str, field: Mapping[str, str]) -> dict[str, Any]:
    return {"kind": RECIPE, "name": path, "what": field["what"]}


def _anywhere(name: str, more: str | None) -> Lines:
    """A name of any kind: the options of the component or the recipe keys; if it is ambiguous, all candidates."""
    named = {kind: component.names(package) for kind, package in KINDS.items()} | {RECIPE: _names()}
    kinds = [kind for kind, names in named.items() if name in names]
    expected = "one of " + ", ".join([RECIPE, *KINDS])
    if more is not None or not kinds:
        known = [RECIPE, *KINDS, *(() if more else chain.from_iterable(named.values()))]
        raise RecipeError.unknown("no such kind of component", name, known, expected=expected)
    if len(kinds) == 1:
        return listed(kinds[0], name)
    keys = [_summary(path, field) for path, field in _fields().items() if _parts(path)[-1] == name]
    return [*(component.summary(kind, KINDS[kind], name) for kind in kinds if kind != RECIPE), *keys]


def _names() -> list[str]:
    """All parts of all paths."""
    return [*dict.fromkeys(part for path in _fields() for part in _parts(path))]


def _parts(path: str) -> list[str]:
    return re.findall(r"\w+", path)
