"""Rows so that one can read them: what hangs together, together, and every annotator's judgement side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from ..schemas.errors import DataError
from ..schemas.row import Row, columns, key, key_of
from ..schemas.rows import tables_of
from .load import Dataset

Nested = dict[str, Any]
"""A row as a dict: its own columns, `judgements` (aspect -> annotator -> label), and the rows below it by table."""


def nested(rows: Iterable[Row], types: Mapping[str, type[Row]]) -> Iterator[Nested]:
    """The main rows, each with the rows that point to it."""
    names = {row_type: table for table, row_type in types.items()}
    grouped: dict[str, list[Row]] = {table: [] for table in types}
    for row in rows:
        grouped[names[type(row)]].append(row)
    for row in grouped[next(iter(types))]:
        yield _nested(row, next(iter(types)), grouped, types)


def _nested(row: Row, table: str, grouped: Mapping[str, list[Row]], types: Mapping[str, type[Row]]) -> Nested:
    values = row.model_dump()
    below: Nested = {column.name: values[column.name] for column in columns(type(row))}
    if judgements := _judgements(table, key_of(row), grouped.get("annotations", [])):
        below["judgements"] = judgements
    for child, row_type in types.items():
        links = [
            c.name for c in columns(row_type) if c.foreign and c.foreign.target == f"{table}.{key(types[table])[0]}"
        ]
        if links and (found := [r for r in grouped[child] if getattr(r, links[0]) == key_of(row)]):
            below[child] = [_nested(each, child, grouped, types) for each in found]
    return below


def _judgements(table: str, item_id: str, annotations: Iterable[Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in annotations:
        if (one.item_table, one.item_id) == (table, item_id):
            given = one.label if one.label is not None else one.score
            found.setdefault(one.aspect, {})[one.annotator_id] = given
    return found


def from_dataset(dataset: Dataset, wanted: str | None, n: int) -> list[Nested]:
    """The first rows of the main table, or the one with this key. Raises `DataError` if there is none."""
    types = tables_of(dataset.manifest.family, dataset.manifest.tables)
    main = dataset.manifest.main_table
    rows = dataset.rows(main)
    found = [row for row in rows if key_of(row) == wanted][:1] if wanted else list(islice(rows, n))
    if wanted and not found:
        raise DataError("no such row", where=main, got=wanted, hint=f"`pluriset show RUN {main}` lists some")
    return list(nested([*found, *_below(dataset, found, types)], types))


def _below(dataset: Dataset, found: list[Row], types: Mapping[str, type[Row]]) -> Iterator[Row]:
    """The rows of the other tables that lead to these; a scan, so that nothing else is held in memory."""
    keys = {(dataset.manifest.main_table, key_of(row)) for row in found}
    for table, row_type in types.items():
        for row in dataset.rows(table) if table != dataset.manifest.main_table else ():
            links = [(c.foreign.table, getattr(row, c.name)) for c in columns(row_type) if c.foreign]
            links += [(getattr(row, c.item_of), getattr(row, c.name)) for c in columns(row_type) if c.item_of]
            if keys.intersection(links):
                keys.add((table, key_of(row)))
                yield row
