"""Bounds on fields of an answer that hold for one request, without an answer type for each.

A pydantic model and its JSON Schema for every request cost five times the CPU and hundreds of megabytes in a run of a
hundred thousand asks; a patched copy of one schema costs a few microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypedDict

from pydantic import BaseModel
from pydantic_core import InitErrorDetails, SchemaValidator, ValidationError, core_schema


class Bound(TypedDict, total=False):
    """What one field may hold; a list is bounded in its length, a text in what it says too."""

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
"""Field of the answer, `outer.inner` for one of a nested model -> what it may hold in this request."""

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
        at.update({(KEYWORDS.get(kind) or lengths[kind]): value for kind, value in bound.items()})
    return copy


def _property(at: dict[str, Any], name: str, path: str, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a property, copied into its place so that nothing else is bounded by it."""
    if name not in at.get("properties", {}):
        raise ValueError(f"narrow: the answer has no field {path!r}; there is {', '.join(at.get('properties', {}))}")
    part = at["properties"][name]
    inlined = {**definitions[part["$ref"].rpartition("/")[2]], **part} if "$ref" in part else dict(part)
    inlined.pop("$ref", None)
    at["properties"] = {**at["properties"], name: inlined}
    return inlined


def check(answer: BaseModel, narrow: Narrow) -> None:
    """Raises `ValidationError` if an answer breaks a bound: not every teacher decodes under its schema."""
    for path, bound in narrow.items():
        value: Any = answer
        for name in path.split("."):
            value = getattr(value, name)
        if "enum" in bound and value not in bound["enum"]:
            expected = {"expected": " or ".join(bound["enum"])}
            complaint = InitErrorDetails(type="literal_error", loc=(path,), input=value, ctx=expected)
            raise ValidationError.from_exception_data("answer", [complaint])
        rest = tuple(sorted((kind, limit) for kind, limit in bound.items() if kind != "enum"))
        if rest:
            _validator(path, type(value).__name__, rest).validate_python({path: value})


@lru_cache(maxsize=1024)
def _validator(path: str, kind: str, bound: tuple[tuple[str, Any], ...]) -> SchemaValidator:
    """A validator of one field, whose errors name it."""
    field = core_schema.typed_dict_field(getattr(core_schema, f"{kind}_schema")(**dict(bound)))
    return SchemaValidator(core_schema.typed_dict_schema({path: field}))
