"""How rows are printed: nested ones as an outline, with the labels of every annotator; a legend of personas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from .text import clean

if TYPE_CHECKING:
    from ..loading.nested_rows import Nested

TEACHER_COLUMNS = ("annotator_id", "kind", "teacher", "model", "revision")
"""Columns of an annotator that do not describe a persona."""


def print_nested(rows: Iterable[Nested], depth: int = 0, parents: frozenset[object] = frozenset()) -> None:
    """Print rows as an outline: texts and references first, then the label of every annotator for each aspect.

    References to a parent are implied by the outline; others are named, such as the chosen response of a pair.
    """
    for row in rows:
        plain = {k: v for k, v in row.items() if k != "judgements" and v and not isinstance(v, list)}
        key = next(iter(plain.values()), "")
        outline = parents | {key}
        shown = [str(value) for name, value in plain.items() if name != "digest" and not name.endswith("_id")]
        shown += [
            f"{name.removesuffix('_id')}: {value}"
            for name, value in plain.items()
            if name.endswith("_id") and name != "writer_id" and value not in outline
        ]
        click.echo("  " * depth + clean(f"{' · '.join(shown)}  [{key}]"))
        for aspect, labels in row.get("judgements", {}).items():
            by_annotator = ", ".join(f"{annotator}: {label}" for annotator, label in labels.items())
            click.echo("  " * (depth + 2) + clean(f"{aspect}: {by_annotator}"))
        for children in _children(row):
            print_nested(children, depth + 1, outline)


def print_personas(rows: Iterable[Nested], annotators: Iterable[Nested]) -> None:
    """Print the attributes of each persona that judged one of these rows, one a line."""
    judges = {*_judges(rows)}
    for row in annotators:
        if row["kind"] == "persona" and row["annotator_id"] in judges:
            attributes = {name: value for name, value in row.items() if value and name not in TEACHER_COLUMNS}
            described = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in attributes.items())
            click.echo(clean(f"{row['annotator_id']}: {described}"))


def _judges(rows: Iterable[Nested]) -> Iterator[str]:
    """The ids of all annotators who judged these rows or rows below them."""
    for row in rows:
        for labels in row.get("judgements", {}).values():
            yield from labels
        for children in _children(row):
            yield from _judges(children)


def _children(row: Nested) -> Iterator[list[Any]]:
    for value in row.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield value
