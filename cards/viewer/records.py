"""Items with everything that belongs to them, as JSON: rows, their judgements, and the rows below them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...validators.tables.sql import quote_identifier, quote_literal
from .collection import Collection, Node

Record = dict[str, Any]
"""`table`, `key`, `row`, `judgements` and `below`: table -> records."""
MAX_BELOW = 500
"""Rows below one row that are shown."""


def records(collection: Collection, connection: DuckDBPyConnection, items: Sequence[tuple[Any, ...]]) -> list[Record]:
    """The records of items, each given as number, table, key and split."""
    found: dict[tuple[str, str], Record] = {}
    for root in collection.roots:
        keys = [key for _, table, key, _ in items if table == root.table]
        for record in _level(collection, connection, root, f"{root.key} IN ({_literals(keys)})", keys):
            found[root.table, record["key"]] = record
    shown = []
    for number, table, key, split in items:
        if (table, key) in found:
            shown.append({"number": number, "split": split, **found[table, key]})
    return shown


def annotators(collection: Collection, connection: DuckDBPyConnection, shown: Iterable[Record]) -> dict[str, Any]:
    """The attributes of everyone who judged something in these records."""
    ids = {one["annotator_id"] for record in shown for one in _all_judgements(record)} - {None}
    if collection.annotators is None or not ids:
        return {}
    where = f"CAST(annotator_id AS VARCHAR) IN ({_literals(sorted(ids))})"
    rows = connection.sql(f"SELECT * FROM {collection.annotators} WHERE {where}")
    return {str(row.pop("annotator_id")): {k: v for k, v in row.items() if v is not None} for row in as_dicts(rows)}


def as_dicts(rows: DuckDBPyRelation) -> list[dict[str, Any]]:
    """The rows as dicts of what JSON can hold."""
    names = rows.columns
    return [{name: plain(cell) for name, cell in zip(names, row, strict=True)} for row in rows.fetchall()]


def plain(value: Any) -> Any:
    """A cell as JSON can hold it: numbers, texts, lists and objects; everything else as text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.hex() if isinstance(value, bytes) else str(value)


def _level(
    collection: Collection, connection: DuckDBPyConnection, node: Node, where: str, keys: Sequence[str]
) -> list[Record]:
    """Rows of one table with their judgements and what is below them, read table by table."""
    if not keys:
        return []
    parent = node.reference or "NULL"
    rows = connection.sql(f"SELECT {node.key} AS _key, {parent} AS _parent, * FROM {node.relation} WHERE {where}")
    level = []
    for row in as_dicts(rows):
        place = {"table": node.table, "key": row.pop("_key"), "parent": row.pop("_parent")}
        level.append({**place, "row": row, "judgements": [], "below": {}})
    by_key = {record["key"]: record for record in level if record["key"] is not None}
    _add_judgements(collection, connection, node, by_key)
    for child in collection.children(node.table):
        below = f"{child.reference} IN ({_literals(by_key)})"
        for record in _level(collection, connection, child, below, [*by_key]):
            owner = by_key[record["parent"]]["below"].setdefault(child.table, [])
            if len(owner) < MAX_BELOW:
                owner.append(record)
    return level


def _add_judgements(
    collection: Collection, connection: DuckDBPyConnection, node: Node, by_key: Mapping[str, Record]
) -> None:
    if collection.annotations is None or not by_key:
        return
    known = connection.sql(f"FROM {collection.annotations}").columns
    wanted = ("item_id", "annotator_id", "aspect", "label", "score", "rationale", "sample", "confidence")
    cells = ", ".join(
        f"CAST({quote_identifier(c)} AS VARCHAR) AS {quote_identifier(c)}" if c.endswith("_id") else quote_identifier(c)
        for c in wanted
        if c in known
    )
    where = f"item_table = {quote_literal(node.table)} AND CAST(item_id AS VARCHAR) IN ({_literals(by_key)})"
    for judgement in as_dicts(connection.sql(f"SELECT {cells} FROM {collection.annotations} WHERE {where}")):
        by_key[judgement.pop("item_id")]["judgements"].append(
            {name: cell for name, cell in judgement.items() if cell is not None or name == "annotator_id"}
        )


def _all_judgements(record: Record) -> Iterable[dict[str, Any]]:
    yield from record["judgements"]
    for below in record["below"].values():
        for one in below:
            yield from _all_judgements(one)


def _literals(texts: Iterable[str]) -> str:
    return ", ".join(map(quote_literal, texts)) or "NULL"
