"""Rows nested for reading: each row with the rows that point to it, and the labels of all annotators side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from ...schemas.errors import DataError
from ...schemas.row import Row, columns, key_of
from .dataset import Dataset

if TYPE_CHECKING:
    from .published import ExternalDataset

Nested = dict[str, Any]
"""A row as a dict: its columns, `judgements` (aspect -> annotator -> label), and by table the rows that point to it."""
Linked = Mapping[tuple[str, str, str], list[Row]]
"""(table, key, other table) -> rows of the other table that point to that row."""

REJECTS_TABLE = "rejects"
"""The name under which rejects are shown."""


def nest(rows: Iterable[Row], types: Mapping[str, type[Row]]) -> Iterator[Nested]:
    """The rows of the main table, each with the rows that point to it."""
    names, main = {row_type: table for table, row_type in types.items()}, next(iter(types))
    tops, linked = list[Row](), defaultdict[tuple[str, str, str], list[Row]](list)
    for row in rows:
        table = names[type(row)]
        if table == main:
            tops.append(row)
        for target, target_key in {*_references(row)}:
            linked[target, target_key, table].append(row)
    for row in tops:
        yield _nested(row, main, linked, types)


def _references(row: Row) -> Iterator[tuple[str, str]]:
    """(table, key) of every row that this one points to or annotates."""
    for column in columns(type(row)):
        if column.foreign:
            yield column.foreign.table, getattr(row, column.name)
        elif column.item_of:
            yield getattr(row, column.item_of), getattr(row, column.name)


def _nested(row: Row, table: str, linked: Linked, types: Mapping[str, type[Row]]) -> Nested:
    below = _in_order(row)
    if judgements := _judgements(linked.get((table, key_of(row), "annotations"), [])):
        below["judgements"] = judgements
    for child, row_type in types.items():
        found = linked.get((table, key_of(row), child), [])
        if found and any(c.foreign and c.foreign.table == table for c in columns(row_type)):
            below[child] = [_nested(each, child, linked, types) for each in found]
    return below


def _judgements(annotations: Iterable[Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in annotations:
        given = one.label if one.label is not None else one.score
        found.setdefault(one.aspect, {})[one.annotator_id] = given
    return found


def nested_rows(dataset: Dataset, wanted: str | None, n: int | None) -> list[Nested]:
    """The first rows of the main table, or the one with this key. Raises `DataError` if there is none.

    Where the main table has several splits, each row has its `split`.
    """
    types = dataset.types
    main = dataset.manifest.main_table
    splits = dataset.splits(main)
    chosen = _chosen(_with_splits(dataset, main, splits), main, wanted, n)
    found = [row for row, _ in chosen]
    nested = list(nest([*found, *_below(dataset, found, types)], types))
    if len(splits) > 1:
        return [row | {"split": split} for row, (_, split) in zip(nested, chosen, strict=True)]
    return nested


def table_rows(dataset: Dataset | ExternalDataset, table: str, wanted: str | None, n: int | None) -> list[Nested]:
    """The first rows of one table, or all, or the one with this key; of a run, `rejects` is what is missing.

    Each has its key first and, where the table has several splits, its `split` last. Raises `DataError` if there is no
    such row.
    """
    if isinstance(dataset, Dataset) and table == REJECTS_TABLE:
        rejects = ((reject, "") for reject in dataset.rejects())
        return [_in_order(row) for row, _ in _chosen(rejects, table, wanted, n, lambda row: str(row.key))]
    splits = dataset.splits(table)
    chosen = _chosen(_with_splits(dataset, table, splits), table, wanted, n)
    return [_in_order(row) | ({"split": split} if len(splits) > 1 else {}) for row, split in chosen]


def _with_splits(dataset: Dataset | ExternalDataset, table: str, splits: list[str]) -> Iterator[tuple[Any, str]]:
    return ((row, split) for split in splits for row in dataset.rows(table, split))


def _chosen(
    rows: Iterable[tuple[Any, str]],
    table: str,
    wanted: str | None,
    n: int | None,
    key: Callable[[Any], str] | None = None,
) -> list[tuple[Any, str]]:
    """The first of some rows with their splits, or the one with this key. Raises `DataError` if there is none."""
    if wanted is None:
        return [*islice(rows, n)]
    if one := next((pair for pair in rows if (key or key_of)(pair[0]) == wanted), None):
        return [one]
    raise DataError(
        "no such row", where=table, got=wanted or "an empty key", hint=f"`pluriset show RUN {table}` lists rows"
    )


def _in_order(row: Row) -> Nested:
    values = row.model_dump()
    return {column.name: values[column.name] for column in columns(type(row))}


def _below(dataset: Dataset, found: list[Row], types: Mapping[str, type[Row]]) -> Iterator[Row]:
    """The rows of the other tables that lead to these; a scan, so that nothing else is held in memory."""
    keys = {(dataset.manifest.main_table, key_of(row)) for row in found}
    for table in types:
        for row in dataset.rows(table) if table != dataset.manifest.main_table else ():
            if keys.intersection(_references(row)):
                keys.add((table, key_of(row)))
                yield row
