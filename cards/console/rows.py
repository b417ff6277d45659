"""How rows are printed: nested ones as an outline, with the labels of every annotator; a legend of personas."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from .text import clean, echo

if TYPE_CHECKING:
    from ..loading.nested_rows import Nested

TEACHER_COLUMNS = ("annotator_id", "kind", "teacher", "model", "revision")
"""Columns of an annotator that do not describe a persona."""
DIGEST = re.compile(r"~[0-9a-f]{16}$")
"""End of the id of a persona that was given no id."""


LABEL_COLOURS = {"yes": "green", "no": "red", "supports": "green", "opposes": "red", "abstain": "bright_black"}
"""Label -> its colour; others are yellow. What is coloured can be read without it."""


def print_nested(
    rows: Iterable[Nested],
    depth: int = 0,
    parents: frozenset[object] = frozenset(),
    names: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Print rows as an outline: texts and references first, then the label of every annotator for each aspect.

    `names` are readable ones of annotators by their id. An aspect shows which label most annotators gave.

    References to a parent are implied by the outline; others are named, such as the chosen response of a pair.
    """
    for row in rows:
        plain = {k: v for k, v in row.items() if k not in ("judgements", "split") and v and not isinstance(v, list)}
        key = next(iter(plain.values()), "")
        outline = parents | {key}
        shown = [str(value) for name, value in plain.items() if name != "digest" and not name.endswith("_id")]
        shown += [
            f"{name.removesuffix('_id')}: {value}"
            for name, value in plain.items()
            if name.endswith("_id") and name != "writer_id" and value not in outline
        ]
        split = f" {row['split']}" if "split" in row else ""
        text, at = clean(" · ".join(shown)), click.style(clean(f"[{key}]{split}"), fg="bright_black")
        echo("  " * depth + f"{text if depth else click.style(text, bold=True)}  {at}")
        for aspect, labels in row.get("judgements", {}).items():
            echo("  " * (depth + 2) + f"{clean(aspect)}: {_judged(labels, names)}")
        for children in _children(row):
            print_nested(children, depth + 1, outline, names)


def readable_names(annotators: Iterable[Nested]) -> dict[str, str]:
    """Id -> a name that says who the annotator is: for a persona its attributes, such as `mexico-25-34`.

    Personas that share theirs, and all whose id was chosen, keep their ids.
    """
    names = {row["annotator_id"]: _attributes(row) for row in annotators if DIGEST.search(row["annotator_id"])}
    shared = Counter(names.values())
    return {id_: name for id_, name in names.items() if name and shared[name] == 1}


def _attributes(row: Nested) -> str:
    values = [str(v) for k, v in row.items() if v and k not in (*TEACHER_COLUMNS, "description")]
    return re.sub(r"[^\w-]+", "-", "-".join(values).lower()).strip("-")


def _judged(labels: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Each annotator with its label, in colour, and before them the label that most gave, with its votes."""
    by_annotator = ", ".join(
        f"{clean(names.get(annotator, annotator))}: {_coloured(label)}" for annotator, label in labels.items()
    )
    votes = Counter(str(label) for label in labels.values() if label is not None and label != "abstain")
    if len(labels) < 2 or not votes:
        return by_annotator
    (first, most), *others = votes.most_common(2)
    tied = bool(others) and others[0][1] == most
    result = "tie" if tied else f"{_coloured(first)} {most} of {votes.total()}"
    return f"{result} ({by_annotator})"


def _coloured(label: Any) -> str:
    return click.style(clean(str(label)), fg=LABEL_COLOURS.get(str(label), "yellow"))


def print_personas(rows: Iterable[Nested], annotators: Iterable[Nested]) -> None:
    """Print the attributes of each persona that judged one of these rows, one a line."""
    judges = {*_judges(rows)}
    for row in annotators:
        if row["kind"] == "persona" and row["annotator_id"] in judges:
            attributes = {name: value for name, value in row.items() if value and name not in TEACHER_COLUMNS}
            described = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in attributes.items())
            name = readable_names([row]).get(row["annotator_id"], row["annotator_id"])
            id_ = f"  [{row['annotator_id']}]" if name != row["annotator_id"] else ""
            echo(clean(f"{name}: {described}{id_}"))


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
