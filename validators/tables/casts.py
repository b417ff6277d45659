"""SQL that casts cells to the types of a row type: CSV has only text, JSON mixes types; failed casts are null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from duckdb.sqltypes import DuckDBPyType

from ...schemas.row import Column
from .schema_sql import WHOLE, can_hold, without_null
from .sql import quote_identifier

SCALARS = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
"""JSON Schema type -> DuckDB type."""
NESTED = {"list", "array", "struct", "map"}


def sql_type(schema: Mapping[str, Any]) -> str:
    """The DuckDB type of what a JSON Schema describes."""
    schema, _ = without_null(schema)
    if schema["type"] == "array":
        return f"{sql_type(schema['items'])}[]"
    if schema["type"] == "object":
        fields = (f"{quote_identifier(part)} {sql_type(s)}" for part, s in schema["properties"].items())
        return f"STRUCT({', '.join(fields)})"
    return SCALARS[schema["type"]]


def cast_cell(column: Column, kind: DuckDBPyType) -> str:
    """SQL of a cell cast from its type in the file to that of its column, null where the cast fails.

    A JSON value that should be text but is not keeps its JSON text: it is wrong, but not missing.
    """
    value, wanted, target = quote_identifier(column.name), str(column.schema["type"]), sql_type(column.schema)
    if str(kind) == "JSON":
        return f"({value} ->> '$')" if wanted == "string" else f"TRY_CAST({value} AS {target})"
    if can_hold(column.schema, kind):
        return value if kind.id != "null" else f"CAST({value} AS {target})"
    if kind.id == "varchar":
        return _of_text(value, wanted, target)
    if kind.id in NESTED:
        return f"TRY_CAST(to_json({value}) AS {target})"
    if wanted == "integer" and kind.id not in WHOLE:
        return f"CASE WHEN {value} = floor({value}) THEN TRY_CAST({value} AS {target}) END"
    return f"TRY_CAST({value} AS {target})"


def is_uncastable(column: Column, kind: DuckDBPyType) -> str:
    """SQL that is true of a cell that is not empty and cannot be cast."""
    value = quote_identifier(column.name)
    if str(kind) == "JSON" and column.schema["type"] == "string":
        return f"json_type({value}) NOT IN ('VARCHAR', 'NULL')"
    there = f"trim(CAST({value} AS VARCHAR)) NOT IN ('', 'null')"
    return f"({value} IS NOT NULL AND {there} AND {cast_cell(column, kind)} IS NULL)"


def _of_text(value: str, wanted: str, target: str) -> str:
    if wanted in ("array", "object"):
        return f"TRY_CAST(literal({value}) AS {target})"
    if wanted == "integer":
        # A cast alone would round.
        whole = f"regexp_full_match({value}, '\\s*[+-]?[0-9]+(\\.0*)?\\s*')"
        return f"CASE WHEN {whole} THEN TRY_CAST({value} AS {target}) END"
    return f"TRY_CAST({value} AS {target})"
