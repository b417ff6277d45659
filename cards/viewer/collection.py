"""A dataset in the form that the viewer browses: items, the rows that belong to them, and who judged them.

A run is shown by its tables: an item is a row of the main table, and what points to it belongs to it. Any other dataset
is shown by the views that `validate` reads it as. Both become SQL over one DuckDB connection, and nothing is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas.manifest import Manifest
from ...schemas.report import Profile
from ...schemas.row import Row, columns, key
from ...schemas.run_layout import MANIFEST
from ...validators.readers import hub, run_folder
from ...validators.readers.manifest import read_manifest
from ...validators.tables.sql import connect, key_text, quote_identifier
from ...validators.validate import open_subject, row_types

MEMORY = "1GB"
"""Memory that DuckDB may use before it spills to disk."""
ROOT_VIEWS = ("items", "pairs")
"""Views whose rows are items of a dataset that is no run."""
CHILD_VIEWS = ("choices", "votes", "distributions", "mentions", "sides", "voices", "stated")
"""Views whose rows belong to an item, by `item_id`."""
TITLES = ("text", "prompt", "question", "situation", "first", "statement", "title", "name")
"""Columns that say best what a row is, the best first."""


@dataclass(frozen=True)
class Node:
    """A table whose rows are items, or belong to rows of another table."""

    table: str
    relation: str
    """SQL of its rows."""
    key: str
    """SQL of the key of a row, as text."""
    columns: tuple[str, ...]
    texts: tuple[str, ...]
    """Columns that hold text."""
    key_columns: tuple[str, ...] = ()
    """Columns of the key; none for rows without a key."""
    parent: str | None = None
    """The table that its rows belong to; null for items."""
    reference: str = ""
    """SQL of the key of the row that a row belongs to."""

    @property
    def title(self) -> str | None:
        """The column that says best what a row is."""
        return next((name for name in (*TITLES, *self.texts) if name in self.texts), None)


@dataclass(frozen=True)
class Collection:
    """A dataset that is open for browsing."""

    name: str
    path: Path
    connection: DuckDBPyConnection
    nodes: Mapping[str, Node]
    """Table -> how its rows belong to items, parents first."""
    tables: Mapping[str, tuple[str, ...]]
    """Every table that can be read row by row -> its columns."""
    relations: Mapping[str, str]
    """Each of these tables -> SQL of its rows."""
    annotations: str | None
    """SQL of the judgements."""
    annotators: str | None
    """SQL of who judged."""
    rows: Mapping[str, int]
    """Table -> number of rows."""
    manifest: Manifest | None = None
    """The manifest of a finished run."""
    profile: Profile | None = None
    """What a dataset that is no run was taken for."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """How the path was read: `as_` and `roles`."""
    _lock: Lock = field(default_factory=Lock)

    def cursor(self) -> DuckDBPyConnection:
        """A connection of its own for the thread that asks; the one of the collection takes one call at a time."""
        with self._lock:
            return self.connection.cursor()

    @property
    def roots(self) -> list[Node]:
        """The tables whose rows are items."""
        return [node for node in self.nodes.values() if node.parent is None]

    def children(self, table: str) -> list[Node]:
        """The tables whose rows belong to the rows of a table."""
        return [node for node in self.nodes.values() if node.parent == table]


@contextmanager
def open_collection(
    path: str | Path, *, as_: str | None = None, roles: Mapping[str, str] | None = None
) -> Iterator[Collection]:
    """A run or any dataset for browsing, for as long as the block runs. Raises `DataError` if it cannot be read."""
    folder, name = hub.local(path), Path(path).resolve().name
    if run_folder.has_tables(folder) and not as_ and not roles:
        with connect(memory_limit=MEMORY) as connection:
            yield _run(connection, folder, name)
        return
    with open_subject(path, as_=as_, roles=roles, memory=MEMORY) as (connection, subject):
        views, shown = _named("view", subject.views), _named("table", subject.raw)
        nodes = _view_nodes(connection, views)
        annotations = views.get("annotations")
        yield Collection(
            name=name,
            path=folder,
            connection=connection,
            nodes=nodes,
            tables=_columns(connection, shown),
            relations=shown,
            annotations=annotations,
            annotators=views.get("annotators"),
            rows={table: _count(rows) for table, rows in subject.raw.items()},
            profile=subject.profile,
            options={"as_": as_, "roles": roles},
        )


def _run(connection: DuckDBPyConnection, folder: Path, name: str) -> Collection:
    tables = dict(run_folder.read(connection, folder))
    types = row_types(folder, tables)
    if "rejects" not in tables and (rejects := run_folder.rejects(connection, folder)) is not None:
        tables["rejects"] = rejects
    shown = _named("table", tables)
    manifest = read_manifest(folder) if (folder / MANIFEST).is_file() else None
    main = manifest.main_table if manifest else next(iter(types), "")
    return Collection(
        name=manifest.name if manifest else name,
        path=folder,
        connection=connection,
        nodes=_run_nodes(connection, types, shown, main) if main in shown else {},
        tables=_columns(connection, shown),
        relations=shown,
        annotations=shown.get("annotations"),
        annotators=shown.get("annotators"),
        rows={table: _count(rows) for table, rows in tables.items()},
        manifest=manifest,
    )


def _run_nodes(
    connection: DuckDBPyConnection, types: Mapping[str, type[Row]], shown: Mapping[str, str], main: str
) -> dict[str, Node]:
    """The main table, and every table that leads to it by foreign keys."""
    nodes = {main: _node(connection, main, shown[main], key_text(types[main]), key(types[main]))}
    waiting = {table: types[table] for table in types if table != main and table in shown}
    while found := {table: place for table in waiting if (place := _reference(waiting[table], nodes))}:
        for table, (column, parent) in found.items():
            reference = f"CAST({quote_identifier(column)} AS VARCHAR)"
            row_type = waiting.pop(table)
            nodes[table] = _node(connection, table, shown[table], key_text(row_type), key(row_type), parent, reference)
    return nodes


def _reference(row_type: type[Row], nodes: Mapping[str, Node]) -> tuple[str, str] | None:
    """The column by which rows belong to those of a known table, and that table."""
    pointing = ((c.name, c.foreign.table) for c in columns(row_type) if c.foreign and c.foreign.table in nodes)
    return next(pointing, None)


def _view_nodes(connection: DuckDBPyConnection, views: Mapping[str, str]) -> dict[str, Node]:
    """The items and pairs of a dataset with the views about them; items without a text of their own are named."""
    nodes = {}
    for view in ROOT_VIEWS:
        if view in views:
            column = "pair_id" if view == "pairs" else "item_id"
            nodes[view] = _node(connection, view, views[view], f"CAST({column} AS VARCHAR)", (column,))
    if not nodes and (named := [views[v] for v in ("annotations", "votes", "distributions") if v in views]):
        relation = f"(SELECT DISTINCT item_id, NULL::VARCHAR AS split FROM {named[0]} ORDER BY item_id)"
        nodes["items"] = _node(connection, "items", relation, "CAST(item_id AS VARCHAR)", ("item_id",))
    for view in CHILD_VIEWS if "items" in nodes else ():
        if view in views:
            nodes[view] = _node(connection, view, views[view], "NULL", (), "items", "CAST(item_id AS VARCHAR)")
    return nodes


def _node(
    connection: DuckDBPyConnection,
    table: str,
    relation: str,
    key_sql: str,
    key_columns: tuple[str, ...],
    parent: str | None = None,
    reference: str = "",
) -> Node:
    rows = connection.sql(f"FROM {relation}")
    texts = [name for name, kind in zip(rows.columns, rows.types, strict=True) if str(kind) == "VARCHAR"]
    texts = [name for name in texts if name != "split" and not name.endswith(("_id", "digest"))]
    return Node(table, relation, key_sql, tuple(rows.columns), tuple(texts), key_columns, parent, reference)


def _named(prefix: str, tables: Mapping[str, DuckDBPyRelation]) -> dict[str, str]:
    """Table -> the view under which every cursor of the connection finds it; no view is called as its table is."""
    names = {table: f"_{prefix}_{number}" for number, table in enumerate(tables)}
    for table, name in names.items():
        tables[table].create_view(name, replace=True)
    return names


def _columns(connection: DuckDBPyConnection, names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {table: tuple(connection.sql(f"FROM {name}").columns) for table, name in names.items()}


def _count(rows: DuckDBPyRelation) -> int:
    return int(rows.aggregate("count(*)").fetchall()[0][0])
