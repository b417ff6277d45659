"""Bounds on fields of an answer that hold for one request, without an answer type for each.

A pydantic model and its JSON Schema for every request cost five times the CPU and hundreds of megabytes in a run of a
hundred thousand asks; a patched copy of one schema costs a few microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypedDict

from pydantic import BaseModel
from pydantic_core import InitErrorDetails, SchemaValidator, ValidationError, core_schema


class Bound(TypedDict, total=False):
    """What one field may hold; of a list, lengths bound the list and everything else bounds each member."""

    enum: Sequence[str]
    """The texts to choose from."""
    pattern: str
    """Regular expression that a text must match somewhere."""
    min_length: int
    """Characters of a text, or members of a list."""
    max_length: int
    """Characters of a text, or members of a list."""
    ge: float
    """Smallest number."""
    le: float
    """Largest number."""


Narrow = Mapping[str, Bound]
"""Field of the answer, `outer.inner` for one of a nested model or of each in a list -> what it may hold."""

KEYWORDS = {"enum": "enum", "pattern": "pattern", "ge": "minimum", "le": "maximum"}
LENGTHS = {
    "string": {"min_length": "minLength", "max_length": "maxLength"},
    "array": {"min_length": "minItems", "max_length": "maxItems"},
}


def narrowed(schema: Mapping[str, Any], narrow: Narrow) -> dict[str, Any]:
    """A copy of a JSON Schema with the bounds. Raises `ValueError` for a field that the answer does not have."""
    copy: dict[str, Any] = dict(schema)
    for path, bound in narrow.items():
        at = copy
        for name in path.split("."):
            at = _property(at, name, path, schema.get("$defs", {}))
        lengths = LENGTHS.get(str(at.get("type")), {})
        at.update({lengths[kind]: value for kind, value in bound.items() if kind not in KEYWORDS})
        words = {KEYWORDS[kind]: value for kind, value in bound.items() if kind in KEYWORDS}
        if at.get("type") == "array" and words:
            at["items"] = {**at["items"], **words}
        else:
            at.update(words)
    return copy


def _property(at: dict[str, Any], name: str, path: str, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a property, of each member for a list, copied into its place so that nothing else is bounded."""
    if at.get("type") == "array":
        at["items"] = at = _inlined(at["items"], definitions)
    if name not in at.get("properties", {}):
        raise ValueError(f"narrow: the answer has no field {path!r}; there is {', '.join(at.get('properties', {}))}")
    inlined = _inlined(at["properties"][name], definitions)
    at["properties"] = {**at["properties"], name: inlined}
    return inlined


def _inlined(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a schema, with what it refers to in its place."""
    inlined = {**definitions[part["$ref"].rpartition("/")[2]], **part} if "$ref" in part else dict(part)
    inlined.pop("$ref", None)
    return inlined


def check(answer: BaseModel, narrow: Narrow) -> None:
    """Raises `ValidationError` if an answer breaks a bound: not every teacher decodes under its schema."""
    for path, bound in narrow.items():
        for value in _values(answer, path.split(".")):
            if isinstance(value, list):
                _check(path, value, {kind: limit for kind, limit in bound.items() if kind not in KEYWORDS})
                for member in value:
                    _check(path, member, {kind: limit for kind, limit in bound.items() if kind in KEYWORDS})
            else:
                _check(path, value, bound)


def _check(path: str, value: Any, bound: Mapping[str, Any]) -> None:
    """Raises `ValidationError` if one value breaks a bound."""
    if "enum" in bound and value not in bound["enum"]:
        expected = {"expected": " or ".join(bound["enum"])}
        complaint = InitErrorDetails(type="literal_error", loc=(path,), input=value, ctx=expected)
        raise ValidationError.from_exception_data("answer", [complaint])
    rest = tuple(sorted((kind, limit) for kind, limit in bound.items() if kind != "enum"))
    if rest:
        _validator(path, type(value).__name__, rest).validate_python({path: value})


def _values(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """What a path leads to, in each member of the lists on its way."""
    if not path:
        yield value
    elif isinstance(value, list):
        for member in value:
            yield from _values(member, path)
    else:
        yield from _values(getattr(value, path[0]), path[1:])


@lru_cache(maxsize=1024)
def _validator(path: str, kind: str, bound: tuple[tuple[str, Any], ...]) -> SchemaValidator:
    """A validator of one field, whose errors name it."""
    field = core_schema.typed_dict_field(getattr(core_schema, f"{kind}_schema")(**dict(bound)))
    return SchemaValidator(core_schema.typed_dict_schema({path: field}))
