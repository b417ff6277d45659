"""The structure of JSON records as DuckDB says it, and the SQL that makes columns of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..tables.sql import quote_identifier, quote_literal

DEEPEST_TYPE = 8
"""Levels that become types; what is deeper stays JSON text."""
MOST_PARTS = 4000
"""Parts of an object that becomes a type."""
MAP = quote_literal('"MAP(VARCHAR, JSON)"')

Structure = Any
"""What `json_group_structure` says: the name of a type, a list of one structure, or an object of structures."""


NUMBERS = ("UBIGINT", "BIGINT", "HUGEINT", "DOUBLE")
"""Types of numbers."""


def merged(a: Structure, b: Structure) -> Structure:
    """The structure of documents of two structures together, as `json_group_structure` finds it."""
    if a == b or b == "NULL":
        return a
    if a == "NULL":
        return b
    if isinstance(a, dict) and isinstance(b, dict):
        return a | {key: merged(a.get(key, "NULL"), part) for key, part in b.items()}
    if isinstance(a, list) and isinstance(b, list):
        return [merged(a[0], b[0])]
    if isinstance(a, str) and isinstance(b, str) and {a, b} <= {*NUMBERS}:
        return "DOUBLE" if "DOUBLE" in (a, b) else "HUGEINT"
    return "JSON"


def parsed(rows: str, structure: Mapping[str, Structure], columns: Sequence[str], whole: str) -> str:
    """A query that makes columns of `rows(_row, json)`, a column for each key; `whole` is the type of whole numbers."""
    plain = {key: _type(structure[key], whole) for key in _plain(structure)}
    struct = f"from_json(json, {quote_literal(json.dumps(plain, ensure_ascii=False))})" if plain else "NULL"
    values = [
        f"struct_extract(parsed, {quote_literal(key)})" if key in plain else _alone(key, structure[key], whole)
        for key in structure
    ]
    named = [f"{value} AS {quote_identifier(column)}" for value, column in zip(values, columns, strict=True)]
    return f"SELECT {', '.join([*named, '_row'])} FROM (SELECT _row, json, {struct} AS parsed FROM {rows})"


def _alone(key: str, kind: Structure, whole: str) -> str:
    """A value by itself."""
    return f"from_json({extract(key)}, {quote_literal(json.dumps(_type(kind, whole), ensure_ascii=False))})"


def whole(key: str) -> str:
    """SQL of the whole number under a key of `json` as it is written, null where it is none or DOUBLE holds it too."""
    number = f"CAST({extract(key)} AS VARCHAR)"
    held = f"TRY_CAST({number} AS HUGEINT) = TRY_CAST(TRY_CAST({number} AS DOUBLE) AS HUGEINT)"
    return f"CASE WHEN regexp_full_match({number}, '-?[0-9]{{16,}}') AND ({held}) IS NOT TRUE THEN {number} END"


def extract(key: str) -> str:
    """SQL of the value of a key of `json`, whatever is in the key."""
    if _is_plain(key):
        return f"json_extract(json, {quote_literal('$.' + json.dumps(key, ensure_ascii=False))})"
    return f"from_json(json, {MAP})[{quote_literal(key)}]" if "\0" not in key else "NULL::JSON"


def _plain(structure: Mapping[str, Structure]) -> list[str]:
    """Keys that can be the parts of one struct: not empty, without NUL, distinct without regard to case."""
    first = {key.lower(): key for key in reversed([*structure])}
    return [key for key in structure if _is_plain(key) and first[key.lower()] == key]


def _is_plain(key: str) -> bool:
    return bool(key) and "\0" not in key


def _type(kind: Structure, whole: str, level: int = 0) -> Structure:
    """A structure as types that DuckDB can hold: null is text, and what is too deep or too odd stays JSON."""
    if isinstance(kind, str):
        return {"NULL": "VARCHAR", "UBIGINT": whole}.get(kind, kind)
    if level == DEEPEST_TYPE:
        return "JSON"
    if isinstance(kind, list):
        return [_type(kind[0], whole, level + 1)]
    parts = {key: _type(part, whole, level + 1) for key, part in kind.items()}
    return parts if _can_be_struct(parts) else "JSON"


def _can_be_struct(parts: Iterable[str]) -> bool:
    keys = list(parts)
    return 0 < len(keys) <= MOST_PARTS and len({key.lower() for key in keys}) == len(keys) and all(map(_is_plain, keys))
