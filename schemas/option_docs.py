"""The keys of a model and of all models inside it, by path: what a recipe or the options of a component may say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from .field_docs import meanings

STEPS: dict[object, str] = {list: "[]", tuple: "[]", dict: ".*"}
"""Type -> how a path leads to what is inside: any place of a list, any name of a mapping."""


def described(model: type[BaseModel]) -> list[dict[str, str]]:
    """Path, type, default and meaning of every key, in the order of the model."""
    return [*_described(model, "")]


def paths(model: type[BaseModel]) -> list[str]:
    """The path of every key, such as `card.sources[].name` or `prices.*.input`."""
    return [row["option"] for row in described(model)]


def _described(model: type[BaseModel], path: str) -> Iterator[dict[str, str]]:
    documented = meanings(model)
    for name, field in model.model_fields.items():
        at = path + (field.alias or name)
        what = field.description or documented.get(name, "")
        yield {"option": at, "type": _type(field.annotation), "default": _default(field), "what": what}
        for below, part in _inside(field.annotation, at):
            yield from _described(part, f"{below}.")


def _inside(annotation: Any, path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """The models in a type, each with the path that leads to it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield path, annotation
    for part in get_args(annotation):
        yield from _inside(part, path + STEPS.get(get_origin(annotation), ""))


def _type(annotation: Any) -> str:
    """A type as it is written in code, without modules and constraints."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(parts[0])
    if origin in (Union, UnionType):
        return " | ".join(_type(part) for part in parts)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "keys"
    if origin in STEPS:
        return f"{origin.__name__}[{', '.join(map(_type, parts))}]"
    if annotation in (NoneType, ...):
        return "None" if annotation is NoneType else "..."
    return re.sub(r"\b\w+\.(?=\w)", "", getattr(annotation, "__name__", "") if not parts else str(annotation))


def _default(field: FieldInfo) -> str:
    """The default of a field; empty for a model, whose keys have their own."""
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True, validated_data={})
    return "" if isinstance(default, BaseModel) else repr(to_jsonable_python(default, fallback=str))
