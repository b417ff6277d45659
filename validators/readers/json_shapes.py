"""The shapes in which one JSON object holds a table, recognised by its content, and its records as a query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from duckdb import DuckDBPyConnection

from ..tables.sql import quote_literal

WRAPPERS = ("instances", "records", "examples", "data", "rows", "samples", "items")
"""Keys under which a document holds its records beside what it says about them."""
SPLITS = {"train", "training", "validation", "valid", "val", "dev", "test", "testing", "eval", "evaluation"}


class Member(NamedTuple):
    """One value of the object."""

    key: str
    kind: str
    length: int
    first: str | None
    """Kind of the first item of a list."""


LIST = "'[\"JSON\"]'"
"""A list of anything, as `from_json` spells it."""


def records_query(connection: DuckDBPyConnection, table: str) -> str:
    """A query for `json`, a record each, of a table `json` that holds one object.

    It is a list under one key (or under one of `WRAPPERS`, beside other keys), lists under several (splits, columns,
    or records by key), columns by row, records by key, or else the one record that it is, as for DuckDB, polars and
    `datasets`.
    """
    each = f"(SELECT key, value, id FROM {table}, json_each(json))"
    members = [*_members(connection, each)]
    lists = [member for member in members if member.first == "OBJECT"]
    kinds = {member.kind for member in members}
    if len(lists) == 1 and sum(member.kind == "ARRAY" for member in members) == 1:
        return f"SELECT unnest(from_json(value, {LIST})) AS json FROM {each} WHERE key = {quote_literal(lists[0].key)}"
    if kinds != {"ARRAY"} and (wrapper := next((w for w in WRAPPERS for m in lists if m.key.lower() == w), None)):
        return f"SELECT unnest(from_json(value, {LIST})) AS json FROM {each} WHERE lower(key) = '{wrapper}'"
    if kinds == {"ARRAY"} and len(lists) == len(members):
        return _by_key(connection, _items(each), "split" if {m.key.lower() for m in members} <= SPLITS else "key")
    if kinds == {"ARRAY"} and len({member.length for member in members}) == 1:
        return _columns(f"SELECT key, id, item, place FROM ({_items(each)})")
    if kinds == {"OBJECT"}:
        cells = f"SELECT e.key, e.id, i.value AS item, i.key AS place FROM {each} e, json_each(e.value) i"
        return (
            _columns(cells)
            if _by_row(connection, each)
            else _by_key(connection, f"SELECT key, id, value AS item, 0 AS place FROM {each}", "key")
        )
    return f"SELECT json FROM {table}"


def _members(connection: DuckDBPyConnection, each: str) -> Iterator[Member]:
    facts = "key, json_type(value), json_array_length(value), json_type(value, '$[0]')"
    yield from (Member(*row) for row in connection.sql(f"SELECT {facts} FROM {each} ORDER BY id").fetchall())


def _items(each: str) -> str:
    """The items of all lists, each with its place."""
    items = f"from_json(value, {LIST})"
    return f"SELECT key, id, unnest({items}) AS item, generate_subscripts({items}, 1) AS place FROM {each}"


def _by_row(connection: DuckDBPyConnection, each: str) -> bool:
    """Whether every object has the same keys, and those are numbers of rows, as pandas writes them."""
    found = connection.sql(f"SELECT DISTINCT list_sort(json_keys(value)) FROM {each} LIMIT 2").fetchall()
    return len(found) == 1 and bool(found[0][0]) and all(key.isdecimal() for key in found[0][0])


def _columns(cells: str) -> str:
    """Cells by column and place, as a record for each place."""
    member = "to_json(key) || ':' || coalesce(item::VARCHAR, 'null')"
    record = f"('{{' || string_agg({member}, ',' ORDER BY id) || '}}')::JSON"
    return f"SELECT {record} AS json FROM ({cells}) GROUP BY place ORDER BY place::BIGINT"


def _by_key(connection: DuckDBPyConnection, items: str, column: str) -> str:
    """Records with the key that they stand under in a column, which is not named like one that is there."""
    taken = f"SELECT count(*) FROM ({items}) WHERE json_exists(item, {{path}})"
    while connection.sql(taken.format(path=quote_literal(f"$.{column}"))).fetchall()[0][0]:
        column = f"_{column}"
    merged = f"json_merge_patch(item, json_object({quote_literal(column)}, key))"
    record = f"CASE WHEN json_type(item) = 'OBJECT' THEN {merged} ELSE item END"
    return f"SELECT {record} AS json FROM ({items}) ORDER BY id, place"
