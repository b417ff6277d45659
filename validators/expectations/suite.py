"""Export the constraints of a row type and the checks of its texts as a Great Expectations suite.

They become core expectations where there are equivalent ones, and DuckDB SQL otherwise, which other engines may not
run. Checks that need functions of this package, such as mojibake, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import duckdb

from ...schemas.component import load, names
from ...schemas.report import Severity
from ...schemas.row import Column, Row, columns, key
from .. import checks
from ..checks._text_check import TextCheck
from ..tables.casts import sql_type
from ..tables.cells import is_internal
from ..tables.schema_sql import Condition, conditions
from ..tables.sql import quote_identifier

Expectation = dict[str, Any]

TYPES = {
    "string": ["VARCHAR", "TEXT", "STRING", "str", "object", "string"],
    "integer": ["BIGINT", "INTEGER", "SMALLINT", "INT", "int", "int64", "Int64"],
    "number": ["DOUBLE PRECISION", "DOUBLE_PRECISION", "DOUBLE", "FLOAT", "REAL", "NUMERIC", "float", "float64"],
    "boolean": ["BOOLEAN", "bool", "boolean"],
}
"""JSON Schema type -> its names in databases and data frames."""
SEVERITY: dict[Severity, str] = {"error": "critical", "warning": "warning", "info": "info"}
"""Our severity -> that of Great Expectations."""


def suite(table: str, row_type: type[Row]) -> dict[str, Any]:
    """The suite of a table in the JSON form of Great Expectations."""
    return {
        "name": table,
        "expectations": [*_expectations(table, row_type), *_of_texts(table, row_type)],
        "meta": {"table": table, "made_by": "pluriset"},
    }


def _expectations(table: str, row_type: type[Row]) -> Iterator[Expectation]:
    for column in columns(row_type):
        if row_type.model_fields[column.name].is_required():
            yield _one(f"{table}.{column.name}.missing", "expect_column_to_exist", column=column.name)
        if types := TYPES.get(column.schema["type"]):
            check = f"{table}.{column.name}.type"
            yield _one(check, "expect_column_values_to_be_in_type_list", column=column.name, type_list=types)
        for condition in conditions(column, duckdb.sqltype(sql_type(column.schema))):
            check = f"{table}.{condition.path}.{condition.constraint}"
            core = _core(column, condition) if condition.path == column.name else None
            yield _one(check, core[0], column=column.name, **core[1]) if core else _rows(check, condition.broken)
        if column.foreign:
            value, parent = quote_identifier(column.name), quote_identifier(column.foreign.field)
            known = f"SELECT {parent} FROM {quote_identifier(column.foreign.table)} WHERE {parent} IS NOT NULL"
            yield _rows(f"{table}.{column.name}.foreign_key", f"{value} IS NOT NULL AND {value} NOT IN ({known})")
    if parts := key(row_type):
        unique = "expect_compound_columns_to_be_unique", {"column_list": [*parts]}
        single = "expect_column_values_to_be_unique", {"column": parts[0]}
        kind, options = single if len(parts) == 1 else unique
        yield _one(f"{table}.key", kind, **options)


def _of_texts(table: str, row_type: type[Row]) -> Iterator[Expectation]:
    """The checks of texts that look at single rows."""
    texts = [c.name for c in columns(row_type) if c.schema.get("type") == "string" and "enum" not in c.schema]
    for check_name in names(checks.__name__) if texts else ():
        check = load(checks.__name__, check_name)
        if isinstance(check, TextCheck) and check.portable and check.max_share == 1:
            judged = [t for t in texts if not (check.written_only and is_internal(t))]
            wrong = " OR ".join(
                f"({quote_identifier(t)} IS NOT NULL AND {check.matches(quote_identifier(t))})" for t in judged
            )
            yield _rows(f"{table}.{check_name}", wrong or "false", SEVERITY[check.severity])


def _core(column: Column, condition: Condition) -> tuple[str, dict[str, Any]] | None:
    """The equivalent core expectation and its options, or None."""
    schema = column.schema
    match condition.constraint:
        case "null":
            return "expect_column_values_to_not_be_null", {}
        case "min_length":
            return "expect_column_value_lengths_to_be_between", {"min_value": schema["minLength"]}
        case "max_length":
            return "expect_column_value_lengths_to_be_between", {"max_value": schema["maxLength"]}
        case "pattern":
            return "expect_column_values_to_match_regex", {"regex": schema["pattern"]}
        case "enum":
            return "expect_column_values_to_be_in_set", {"value_set": schema["enum"]}
        case "const":
            return "expect_column_values_to_be_in_set", {"value_set": [schema["const"]]}
        case "minimum":
            return "expect_column_values_to_be_between", {"min_value": schema["minimum"]}
        case "maximum":
            return "expect_column_values_to_be_between", {"max_value": schema["maximum"]}
        case "exclusive_minimum":
            return "expect_column_values_to_be_between", {"min_value": schema["exclusiveMinimum"], "strict_min": True}
        case "exclusive_maximum":
            return "expect_column_values_to_be_between", {"max_value": schema["exclusiveMaximum"], "strict_max": True}
    return None


def _rows(check: str, broken: str, severity: str = "critical") -> Expectation:
    """An expectation that no row satisfies an SQL condition; braces and colons in it are escaped."""
    literal = re.sub(r":(?=\w)", r"\:", broken.replace("{", "{{").replace("}", "}}"))
    query = f"SELECT * FROM {{batch}} WHERE {literal}"
    return _one(check, "unexpected_rows_expectation", unexpected_rows_query=query) | {"severity": severity}


def _one(check: str, kind: str, **options: Any) -> Expectation:
    return {"type": kind, "kwargs": options, "meta": {"check": check}, "severity": "critical"}
