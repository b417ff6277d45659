"""Row types as JSON Schema, Arrow schema and Hub features."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from .row import Row, columns

if TYPE_CHECKING:
    import pyarrow as pa

HUB_TYPES = {"string": "string", "integer": "int64", "number": "float64", "boolean": "bool"}
"""JSON Schema type -> type of a column on the Hub."""


def json_schema(row_type: type[Row]) -> dict[str, Any]:
    """The JSON Schema of one row."""
    return row_type.model_json_schema()


def schema_hash(row_type: type[Row]) -> str:
    """sha256 of the JSON Schema, which changes with any column, type or constraint."""
    return hashlib.sha256(to_json(row_type.model_json_schema(), inf_nan_mode="strings")).hexdigest()


def arrow_schema(row_type: type[Row]) -> pa.Schema:
    """The Arrow schema of a table; a column is nullable where the field may be None."""
    import pyarrow as pa

    return pa.schema([pa.field(c.name, _arrow(c.schema), nullable=c.nullable) for c in columns(row_type)])


def hub_features(row_type: type[Row]) -> list[dict[str, Any]]:
    """The `features` of `dataset_info` in a dataset card."""
    return [{"name": c.name, **_hub(c.schema)} for c in columns(row_type)]


def _arrow(schema: Mapping[str, Any]) -> pa.DataType:
    import pyarrow as pa

    match schema["type"]:
        case "array":
            return pa.list_(_arrow(_items(schema)))
        case "object":
            return pa.struct([(name, _arrow(not_null(part))) for name, part in schema["properties"].items()])
        case simple:
            return {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}[simple]


def _hub(schema: Mapping[str, Any]) -> dict[str, Any]:
    match schema["type"]:
        case "array" if _items(schema)["type"] != "object":
            return {"list": _hub(_items(schema))["dtype"]}
        case "array":
            return {"list": _hub(_items(schema))["struct"]}
        case "object":
            return {"struct": [{"name": name, **_hub(not_null(part))} for name, part in schema["properties"].items()]}
        case simple:
            return {"dtype": HUB_TYPES[simple]}


def _items(array: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of the members of a list; they may be null."""
    return not_null(array["items"])


def not_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a value that is not null."""
    return next((kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"), schema)
