"""Two versions of a dataset beside each other: which items differ, and what each was before."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...validators.tables.sql import quote_identifier, quote_literal
from .collection import Collection
from .index import create_items, members
from .records import Record, records

NOT_CONTENT = ("digest", "_row")
"""Columns that say how a row was made and not what it says."""


class Versions:
    """The earlier version of a collection. Items that are gone are appended to the items of the later one."""

    def __init__(self, now: Collection, before: Collection) -> None:
        self.before = before
        create_items(before)
        old, new = _contents(before), _contents(now)
        now.connection.register("_before", old.to_arrow_table())
        now.connection.register("_now", new.to_arrow_table())
        now.connection.execute(CHANGES)

    def record(self, item: tuple[Any, ...]) -> Record | None:
        """An item as it was before; None for one that was added."""
        _, table, key, split = item
        return next(iter(records(self.before, self.before.cursor(), [(0, table, key, split)])), None)

    def titles(self, rows: Iterable[tuple[Any, ...]]) -> dict[int, str]:
        """Number -> what an item said that is gone."""
        titles: dict[int, str] = {}
        for number, table, key, *_ in rows:
            node = self.before.nodes.get(table)
            if node and node.title:
                select = f"SELECT left({quote_identifier(node.title)}, 240) FROM {node.relation}"
                found = self.before.cursor().sql(f"{select} WHERE {node.key} = {quote_literal(key)}")
                titles[number] = found.fetchall()[0][0] or key
        return titles


def _contents(collection: Collection) -> DuckDBPyRelation:
    """Every item with a hash of all that belongs to it, whatever the order of the rows."""
    connection = collection.connection
    parts = []
    for table, node in collection.nodes.items():
        cells = ", ".join(quote_identifier(c) for c in node.columns if c not in NOT_CONTENT)
        if node.key == "NULL":
            continue
        numbers = members(collection, node)
        parts.append(_hashed(f"SELECT {node.key} AS key, {cells} FROM {node.relation}", numbers))
        if collection.annotations:
            parts.append(_hashed(_judgements(connection, collection.annotations, table), numbers))
    whole = reduce(lambda a, b: f"{a} UNION ALL {b}", parts)
    return connection.sql(
        f"SELECT item_table, item_key, split, bit_xor(content) AS content FROM ({whole}) "
        "JOIN browse.item USING (number) GROUP BY ALL"
    )


def _hashed(rows: str, numbers: str) -> str:
    return f"SELECT m.number, hash(r) AS content FROM ({rows}) r JOIN ({numbers}) m ON m.key = r.key"


def _judgements(connection: DuckDBPyConnection, annotations: str, table: str) -> str:
    known = connection.sql(f"FROM {annotations}").columns
    cells = ", ".join(c for c in ("annotator_id", "aspect", "sample", "label", "score", "rationale") if c in known)
    return f"SELECT item_id AS key, {cells} FROM {annotations} WHERE item_table = {quote_literal(table)}"


CHANGES = """
INSERT INTO browse.item
    SELECT (SELECT count(*) FROM browse.item) + row_number() OVER () - 1, item_table, item_key, split
    FROM _before ANTI JOIN _now USING (item_table, item_key);
CREATE TABLE browse.change AS SELECT number, CASE
    WHEN n.content IS NULL THEN 'removed' WHEN b.content IS NULL THEN 'added'
    WHEN n.content <> b.content THEN 'changed'
    WHEN coalesce(n.split, '') <> coalesce(b.split, '') THEN 'moved' ELSE 'same' END AS change
    FROM browse.item i LEFT JOIN _now n USING (item_table, item_key) LEFT JOIN _before b USING (item_table, item_key)
"""
"""Appends the items that are gone, and says of every item what happened to it."""
