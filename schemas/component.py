"""The one idea behind every extension.

A source, family, teacher, curation step, check, measure or published dataset is a component: a frozen
options model in a file of its own. Its fields are its options, it has one method, and its file name is its
name in a recipe. There is no registry: a component exists because its file does, or because another
distribution declares it under the entry point group `pluriset.<kind>`.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoints, entry_points, version
from types import ModuleType
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from . import aliases
from .errors import RecipeError, from_validation, place
from .option_docs import paths

OWN = "pluriset"
"""Our distribution, and the prefix of every group of entry points."""
NAME = re.compile(r"[a-z][a-z0-9_]*")

ONE = {
    "families": "family",
    "curation": "curation step",
    "published": "published dataset",
    "annotation_tools": "annotation tool",
}
"""Kind -> what one of it is called, where that is not the kind without its s."""

Spec = str | Mapping[str, Any]


class Transport:
    """Marks an option that cannot change an answer (URL, key, timeout, threads): left out of the digest."""


class IfSet:
    """Marks an option that came later: it enters the digest only where it differs from its default."""


class Component(BaseModel):
    """Base of every extension: options are fields, checked when the recipe is read."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    @classmethod
    def component_name(cls) -> str:
        """The file name, which is the name in a recipe."""
        return cls.__module__.rpartition(".")[2]

    def answer_options(self) -> dict[str, Any]:
        """The options that can change an answer: all that are not marked `Transport()`, nor `IfSet()` and unset."""
        left_out = {
            name
            for name, field in type(self).model_fields.items()
            for mark in field.metadata
            if isinstance(mark, Transport) or (isinstance(mark, IfSet) and getattr(self, name) == field.default)
        }
        return self.model_dump(mode="json", exclude=left_out)


def find(package: str, name: str, where: str | None = None) -> type[Component]:
    """The component class that lives in `<package>/<name>.py` or behind an entry point of that name."""
    name = aliases.component(_kind(package), name)
    if not NAME.fullmatch(name) or name not in (known := _known(package)):
        raise RecipeError.unknown(f"no {_one(package)} of this name", name, names(package), where=where)
    return _component(importlib.import_module(known[name]))


def load(package: str, spec: Spec, file: str = "", path: str = "") -> Any:
    """Make the component that `name` or `{name: {option: value}}` describes, its options checked.

    One that is an option of another component has no `file`: the other one says where it is.
    """
    name, options = _named(spec, where := place(file, path))
    found = find(package, name, where)
    kind = _kind(package)
    try:
        return found.model_validate(aliases.options(kind, found.component_name(), options or {}))
    except ValidationError as error:
        removal = aliases.removal_hint(kind, found.component_name(), options)
        hint = removal or f"`pluriset list {kind} {name}` says what each means"
        raise from_validation(error, RecipeError, file, f"{path}.{name}", paths(found), hint) from None
    except RecipeError as error:
        error.where = place(file, f"{path}.{name}.{error.where}")
        raise


def names(package: str) -> list[str]:
    """Every component that can be named in this package, other people's included."""
    return sorted(_known(package))


def listed(kind: str, package: str) -> list[dict[str, Any]]:
    """Every component of a package with what it is for."""
    return [summary(kind, package, name) for name in names(package)]


def summary(kind: str, package: str, name: str) -> dict[str, Any]:
    """What a component is for: the first line of its docstring."""
    text = inspect.getdoc(find(package, name)) or ""
    return {"kind": kind, "name": name, "what": text.partition("\n")[0]}


def _named(spec: Spec, where: str) -> tuple[str, Any]:
    if isinstance(spec, str):
        return spec, {}
    if len(spec) != 1:
        raise RecipeError(
            "one name with its options is needed here",
            where=where,
            got=dict(spec),
            expected="name or {name: {option: value}}",
        )
    return next(iter(spec.items()))


@cache
def _known(package: str) -> Mapping[str, str]:
    """Name -> module of a component; looked for once, since a check is found by its name a hundred times."""
    theirs = {other.name: other.value for other in others(f"pluriset.{_kind(package)}")}
    return theirs | {module.rpartition(".")[2]: module for module in _modules(package)}


def _modules(package: str) -> Iterator[str]:
    """The modules of a package and of its groups; one whose name begins with `_` helps others and is no component."""
    for file in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if file.ispkg:
            yield from _modules(f"{package}.{file.name}")
        elif not file.name.startswith("_"):
            yield f"{package}.{file.name}"


def distribution(package: str, name: str) -> tuple[str, str]:
    """Name and version of the distribution that a component comes from."""
    if name in {module.rpartition(".")[2] for module in _modules(package)}:
        return OWN, version(OWN)
    source = next(entry.dist for entry in others(f"{OWN}.{_kind(package)}") if entry.name == name)
    return (source.name, source.version) if source else (name, "")


def others(group: str) -> EntryPoints:
    """What other distributions declare in a group of entry points."""
    return _declared().select(group=group)


@cache
def _declared() -> EntryPoints:
    """All that is declared; looked for once, since it reads the metadata of every distribution."""
    return cast(EntryPoints, entry_points())  # Python 3.11 gives an older class, which selects as well


def _kind(package: str) -> str:
    return package.rpartition(".")[2]


def _one(package: str) -> str:
    """What a component of this package is called."""
    return ONE.get(kind := _kind(package), kind.removesuffix("s"))


@cache
def _component(module: ModuleType) -> type[Component]:
    own = [
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Component) and member.__module__ == module.__name__
    ]
    if len(own) != 1:
        raise TypeError(f"{module.__name__} must define exactly one component, not {len(own)}")
    return own[0]
