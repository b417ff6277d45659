"""A row type: one pydantic model from which everything else about a table is derived."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ConfigDict
from pydantic_core import to_json

from .field_docs import Documented

ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|.)")
"""An escaped character in JSON."""


@dataclass(frozen=True)
class Key:
    """Marks a field as the key of its table, or as a part of it."""


@dataclass(frozen=True)
class ForeignKey:
    """Marks a field as the key of another table, written `table.field`."""

    target: str

    @property
    def table(self) -> str:
        """The table that the field points to."""
        return self.target.partition(".")[0]

    @property
    def field(self) -> str:
        """The key field of that table."""
        return self.target.partition(".")[2]


@dataclass(frozen=True)
class ItemKey:
    """Marks a field as the key of a row in whichever table another field of the same row names."""

    table_field: str


class Row(Documented):
    """Base of every row type. The docstring under a field becomes its description everywhere."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    if not TYPE_CHECKING:

        def __init__(self, /, **values: Any) -> None:
            if not UNVALIDATED.get():
                self.__pydantic_validator__.validate_python(values, self_instance=self)
                return
            built = type(self).model_construct(**values)
            for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"):
                object.__setattr__(self, slot, getattr(built, slot))

        __init__.__pydantic_base_init__ = True  # validation need not call it: it does what that of pydantic does


UNVALIDATED: ContextVar[bool] = ContextVar("unvalidated", default=False)


@contextmanager
def unvalidated_rows() -> Iterator[None]:
    """Rows constructed meanwhile are not validated: a plan runs a family on made-up answers and reads no row."""
    token = UNVALIDATED.set(True)
    try:
        yield
    finally:
        UNVALIDATED.reset(token)


RowTypes = Mapping[str, type[Row]]
"""Table name -> its row type."""


class Column(NamedTuple):
    """What is known of one column: its JSON Schema (never null itself) and its marks."""

    name: str
    schema: Mapping[str, Any]
    nullable: bool
    description: str
    is_key: bool
    foreign: ForeignKey | None
    item_of: str | None


@cache
def columns(row_type: type[Row]) -> tuple[Column, ...]:
    """The columns of a table: its key, then what points elsewhere, then the rest in the order of the fields."""
    properties = inlined(row_type.model_json_schema())["properties"]
    found = [_column(name, properties[name], row_type) for name in row_type.model_fields]
    return tuple(sorted(found, key=lambda c: 0 if c.is_key else 1 if c.foreign else 2))


def key(row_type: type[Row]) -> tuple[str, ...]:
    """The names of the fields that identify a row."""
    return tuple(column.name for column in columns(row_type) if column.is_key)


def key_of(row: Row) -> str:
    """The key of a row as one string: as it is, or a JSON list where it has several parts, as DuckDB writes it."""
    parts = [getattr(row, name) for name in key(type(row))]
    return str(parts[0]) if len(parts) == 1 else ESCAPE.sub(_upper, to_json(parts).decode())


def _upper(escape: re.Match[str]) -> str:
    """DuckDB writes a control character with capital digits."""
    return "\\u" + escape[0][2:].upper() if escape[0][1] == "u" else escape[0]


def _column(name: str, schema: Mapping[str, Any], row_type: type[Row]) -> Column:
    marks = row_type.model_fields[name].metadata
    foreign = next((mark for mark in marks if isinstance(mark, ForeignKey)), None)
    item_of = next((mark.table_field for mark in marks if isinstance(mark, ItemKey)), None)
    kinds = schema.get("anyOf", [schema])
    kind = next(kind for kind in kinds if kind.get("type") != "null")
    is_key = any(isinstance(mark, Key) for mark in marks)
    return Column(name, kind, len(kinds) > 1, str(schema.get("description", "")), is_key, foreign, item_of)


def inlined(schema: Any, definitions: Mapping[str, Any] | None = None) -> Any:
    """The schema with every `$ref` replaced by what it names."""
    if isinstance(schema, list):
        return [inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    known = definitions if definitions is not None else schema.get("$defs", {})
    if "$ref" in schema:
        return inlined(known[schema["$ref"].rpartition("/")[2]], known)
    return {name: inlined(part, known) for name, part in schema.items() if name != "$defs"}
