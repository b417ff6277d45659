"""The JSON Schema of a column as SQL conditions that are true of rows that violate it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from duckdb.sqltypes import DuckDBPyType

from ...schemas.row import Column
from .sql import quote_identifier, quote_literal

Schema = Mapping[str, Any]

SIGNED = {"tinyint", "smallint", "integer", "bigint", "hugeint"}
WHOLE = {*SIGNED, *(f"u{signed}" for signed in SIGNED)}
SQL_TYPES = {
    "string": {"varchar", "enum"},
    "integer": WHOLE,
    "number": {*WHOLE, "float", "double", "decimal"},
    "boolean": {"boolean"},
    "array": {"list", "array"},
    "object": {"struct"},
}
"""JSON Schema type -> DuckDB types that can hold it."""

# How many bytes a text has is known; its characters, one to four bytes each, have to be counted.
KEYWORDS = {
    "minLength": (
        "min_length",
        "strlen({value}) < 4 * {bound} AND length({value}) < {bound}",
        "`{path}` has at least {words} characters",
        "have|has `{path}` shorter than {words} characters",
    ),
    "maxLength": (
        "max_length",
        "strlen({value}) > {bound} AND length({value}) > {bound}",
        "`{path}` has at most {words} characters",
        "have|has `{path}` longer than {words} characters",
    ),
    "pattern": (
        "pattern",
        "NOT regexp_matches({value}, {bound})",
        "`{path}` matches {words}",
        "have|has a malformed `{path}`",
    ),
    "enum": ("enum", "{value} NOT IN {bound}", "`{path}` is one of {words}", "have|has an unknown `{path}`"),
    "const": ("const", "{value} <> {bound}", "`{path}` is {words}", "have|has `{path}` other than {words}"),
    "minimum": ("minimum", "{value} < {bound}", "`{path}` is at least {words}", "have|has `{path}` below {words}"),
    "maximum": ("maximum", "{value} > {bound}", "`{path}` is at most {words}", "have|has `{path}` above {words}"),
    "exclusiveMinimum": (
        "exclusive_minimum",
        "{value} <= {bound}",
        "`{path}` is more than {words}",
        "have|has `{path}` of {words} or less",
    ),
    "exclusiveMaximum": (
        "exclusive_maximum",
        "{value} >= {bound}",
        "`{path}` is less than {words}",
        "have|has `{path}` of {words} or more",
    ),
    "minItems": (
        "min_items",
        "len({value}) < {bound}",
        "`{path}` has at least {words} items",
        "have|has fewer than {words} `{path}`",
    ),
    "maxItems": (
        "max_items",
        "len({value}) > {bound}",
        "`{path}` has at most {words} items",
        "have|has more than {words} `{path}`",
    ),
}
"""Keyword of JSON Schema -> id of the rule, SQL that is true of what breaks it, the rule, and the problem."""

SPACE, DIGIT = r"\t-\r \x{85}\p{Z}", r"\p{Nd}"
CLASSES = {r"\s": f"[{SPACE}]", r"\S": f"[^{SPACE}]", r"\d": f"[{DIGIT}]", r"\D": f"[^{DIGIT}]"}
"""Unicode equivalents of these classes, as pydantic has them; in DuckDB's RE2 they are ASCII."""
INSIDE = {r"\s": SPACE, r"\d": DIGIT}
"""The same inside brackets; negated classes stay ASCII there."""
BRACKET_OR_ESCAPE = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\.")
CODE_PATTERN = re.compile(r"\^((?:[\w -]|\[(?:\w-\w|\w)+\](?:\{\d\d?\})?)+)\$", re.ASCII)
REPEATED_CLASS = re.compile(r"(\[[\w-]+\])\{(\d+)\}", re.ASCII)
"""The pattern of a code of so many characters, such as a language or a digest, and a part of it."""
NOT_BLANK = r"\S"
"""Pattern of a text that is not blank."""


class Condition(NamedTuple):
    """One rule on one column or part of a column."""

    path: str
    constraint: str
    """What it is called in the id of a finding, such as `null` or `max_length`."""
    rule: str
    """What should hold."""
    problem: str
    """What a row that breaks it has or lacks; `schemas.report.problem_line` says how it is written."""
    broken: str
    """SQL over a row; true where the rule is violated."""


def can_hold(schema: Schema, kind: DuckDBPyType) -> bool:
    """Whether a DuckDB type can hold the values of a schema; a column of nothing but nulls fits anything."""
    schema, _ = without_null(schema)
    if kind.id == "null":
        return True
    if kind.id not in SQL_TYPES[schema["type"]]:
        return False
    if schema["type"] == "array":
        return can_hold(schema["items"], members(kind)["child"])
    there = members(kind) if schema["type"] == "object" else {}
    required, parts = schema.get("required", []), schema.get("properties", {})
    return set(required) <= set(there) and all(can_hold(parts[part], there[part]) for part in parts if part in there)


def conditions(column: Column, kind: DuckDBPyType) -> Iterator[Condition]:
    """Every condition on the rows of a column of this DuckDB type, which must fit."""
    value = quote_identifier(column.name)
    if not column.nullable:
        yield _not_null(column.name, f"{value} IS NULL")
    yield from _of(column.schema, value, kind, column.name)


def _of(schema: Schema, value: str, kind: DuckDBPyType, path: str) -> Iterator[Condition]:
    """Conditions on a value that is not null."""
    if kind.id == "null":
        return
    simple = f"CAST({value} AS VARCHAR)" if kind.id == "enum" else value
    for keyword in KEYWORDS:
        if keyword in schema:
            yield _condition(keyword, schema[keyword], simple, path)
    if kind.id in ("float", "double"):
        problem = f"have|has infinite or undefined `{path}`"
        yield Condition(path, "finite", f"`{path}` is a finite number", problem, f"NOT isfinite({value})")
    if schema["type"] == "array":
        item = f"item{value.count('list_filter')}"
        for condition in _of_part(schema["items"], item, members(kind)["child"], f"{path}.items", f"{item} IS NULL"):
            yield condition._replace(broken=f"len(list_filter({value}, lambda {item}: {condition.broken})) > 0")
    if schema["type"] == "object":
        parts = schema["properties"]
        kinds = members(kind)
        for part in parts:
            if part in kinds:
                member = f"struct_extract({value}, {quote_literal(part)})"
                null = f"{value} IS NOT NULL AND {member} IS NULL"
                yield from _of_part(parts[part], member, kinds[part], f"{path}.{part}", null)


def _of_part(schema: Schema, value: str, kind: DuckDBPyType, path: str, null: str) -> Iterator[Condition]:
    schema, nullable = without_null(schema)
    if not nullable:
        yield _not_null(path, null)
    yield from _of(schema, value, kind, path)


def _not_null(path: str, null: str) -> Condition:
    return Condition(path, "null", f"`{path}` is not null", f"have|has no `{path}`", null)


def _condition(keyword: str, bound: Any, value: str, path: str) -> Condition:
    constraint, broken, rule, problem = KEYWORDS[keyword]
    listed = ", ".join(map(str, bound)) if isinstance(bound, list) else bound
    literal = quote_literal(_re2(bound)) if keyword == "pattern" else _literal(bound)
    rule, problem = (part.format(path=path, words=listed) for part in (rule, problem))
    if bound in (1, NOT_BLANK) and keyword in ("minLength", "pattern"):
        rule, problem = f"`{path}` is not empty", f"have|has an empty `{path}`"
    if keyword == "pattern" and (code := CODE_PATTERN.fullmatch(bound)):
        return Condition(path, constraint, rule, problem, f"NOT ({value} GLOB {quote_literal(_glob(code[1]))})")
    quickly = f"NOT {starts_with_visible_ascii(value)} AND " if bound == NOT_BLANK else ""
    return Condition(path, constraint, rule, problem, quickly + broken.format(value=value, bound=literal))


def _glob(code: str) -> str:
    """The pattern of a code as a glob, which DuckDB matches faster, and once a value where it has a dictionary."""
    return REPEATED_CLASS.sub(lambda part: part[1] * int(part[2]), code)


def starts_with_visible_ascii(value: str) -> str:
    """SQL that is true of most texts that start with a visible ASCII character; far cheaper than a pattern."""
    return f"({value} BETWEEN '!' AND '~')"


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"({', '.join(map(_literal, value))})"
    return quote_literal(value) if isinstance(value, str) else repr(value)


def _re2(pattern: str) -> str:
    """A pattern with its character classes in Unicode, as pydantic reads them."""
    return BRACKET_OR_ESCAPE.sub(lambda found: _unicode(found[0]), pattern)


def _unicode(token: str) -> str:
    if token.startswith("["):
        return re.sub(r"\\.", lambda found: INSIDE.get(found[0], found[0]), token)
    return CLASSES.get(token, token)


def members(kind: DuckDBPyType) -> dict[str, DuckDBPyType]:
    """The members of a struct, or what a list holds as `child`."""
    return {part: inner for part, inner in kind.children if isinstance(inner, DuckDBPyType)}


def without_null(schema: Schema) -> tuple[Schema, bool]:
    """A schema without `null`, and whether it allowed null."""
    kinds = schema.get("anyOf", [schema])
    return next(kind for kind in kinds if kind.get("type") != "null"), len(kinds) > 1
