"""A row type as data: what a manifest stores, and the row type built from it where the family is not installed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, Union

from pydantic import ConfigDict, Field, create_model
from pydantic.errors import PydanticUserError
from pydantic_core import SchemaError, from_json, to_json

from .errors import DataError
from .field_docs import Stored
from .row import ForeignKey, ItemKey, Key, Row, columns, inlined

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
SIMPLE: Mapping[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool, "null": None}
BOUNDS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "pattern": "pattern",
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
}
"""Keyword of JSON Schema -> argument of `Field`."""


class TableSchema(Stored):
    """The row type of one table."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    json_schema: dict[str, Any]
    """JSON Schema of a row, without references."""
    key: list[str] = []
    """The fields that identify a row."""
    foreign_keys: dict[str, str] = {}
    """Field -> the key of another table that it holds, `table.field`."""
    item_keys: dict[str, str] = {}
    """Field -> the field that names the table whose key it holds."""


def table_schema(row_type: type[Row]) -> TableSchema:
    """A row type as data."""
    described = columns(row_type)
    return TableSchema(
        json_schema=inlined(row_type.model_json_schema()),
        key=[column.name for column in described if column.is_key],
        foreign_keys={column.name: column.foreign.target for column in described if column.foreign},
        item_keys={column.name: column.item_of for column in described if column.item_of},
    )


def row_type(table: str, schema: TableSchema) -> type[Row]:
    """The row type that a schema describes; the same class for the same schema. Raises `DataError`."""
    return _row_type(table, to_json(schema.model_dump()))


@lru_cache(maxsize=256)
def _row_type(table: str, stored: bytes) -> type[Row]:
    schema = TableSchema.model_validate(from_json(stored))
    marks: dict[str, list[Any]] = {name: [Key()] for name in schema.key}
    for name, target in schema.foreign_keys.items():
        marks.setdefault(name, []).append(ForeignKey(target))
    for name, table_field in schema.item_keys.items():
        marks.setdefault(name, []).append(ItemKey(table_field))
    try:
        model: type[Row] = _model(schema.json_schema, marks, Row)
        columns(model)
    except (KeyError, TypeError, ValueError, NameError, AttributeError, StopIteration) as error:
        raise _unreadable(table, error) from None
    except (SchemaError, PydanticUserError, RecursionError) as error:
        raise _unreadable(table, error) from None
    return model


def _unreadable(table: str, error: Exception) -> DataError:
    got = f"{type(error).__name__}: {error}".partition("\n")[0]
    return DataError("the manifest does not describe a row type", where=f"family_schema.tables.{table}", got=got)


def _model(schema: Mapping[str, Any], marks: Mapping[str, list[Any]], base: type[Any]) -> Any:
    required, fields = schema.get("required", []), dict[str, Any]()
    for name, part in schema["properties"].items():
        if not NAME.fullmatch(name) or hasattr(Row, name):
            raise ValueError(f"{name!r} is not a column name")
        default = ... if name in required else part.get("default")
        described = Field(default, description=part.get("description"))
        fields[name] = Annotated[(_type(part), *marks.get(name, []))] if name in marks else _type(part), described
    title = schema.get("title", "")
    name = title if isinstance(title, str) and NAME.fullmatch(title) else "StoredRow"
    return create_model(name, __base__=base, __doc__=schema.get("description"), **fields)


def _type(schema: Mapping[str, Any]) -> Any:
    """The annotation of a part of a JSON Schema, with its bounds."""
    if "anyOf" in schema:
        return Union[tuple(_type(part) for part in schema["anyOf"])]  # noqa: UP007
    if "enum" in schema or "const" in schema:
        return Literal[tuple(schema.get("enum", [schema.get("const")]))]
    if schema["type"] == "object":
        return _model(schema, {}, Record)
    kind = list[_type(schema["items"])] if schema["type"] == "array" else SIMPLE[schema["type"]]  # type: ignore[misc]
    bounds = {argument: schema[keyword] for keyword, argument in BOUNDS.items() if keyword in schema}
    return Annotated[kind, Field(**bounds)] if bounds else kind


class Record(Stored):
    """Base of what a column holds that is no single value."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())
