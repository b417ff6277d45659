"""The bounds on what comes from elsewhere: files, cards, endpoints and the Hub. The only place that declares them.

A bound is there for the file that was made, or damaged, so as to take all memory or never to end. Data that are meant
stay far below the defaults; what is larger all the same is read after its bound was raised:

    pluriset --bound columns=10000 validate FILE          on the command line, or in PLURISET_BOUNDS
    with pluriset.bounds(columns=10_000): ...             in Python
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple, TypeVar

from .errors import DataError, PlurisetError, RecipeError

E = TypeVar("E", bound=PlurisetError)


class Of(NamedTuple):
    """What a bound counts, how an error says that there is more of it, and the values that it can have."""

    unit: str
    exceeded: str
    least: int = 1
    most: int = 2**62


def _bound(default: int, *of: Any) -> Any:
    return field(default=default, metadata={"of": Of(*of)})


@dataclass(frozen=True)
class Bounds:
    """Every bound, with its default."""

    files: int = _bound(100_000, "files", "too many files")
    """Files in the folder of a dataset."""
    columns: int = _bound(2_000, "columns", "too wide")
    """Columns of a table, and keys of the records of a JSON file together."""
    record_bytes: int = _bound(16 * 2**20, "bytes", "a record is too long")
    """Bytes of one record of a text file, so also of a cell; a longer record is left out and reported."""
    json_bytes: int = _bound(2**30, "bytes", "too large for one JSON document")
    """Bytes of a JSON file that is one object, which is held in memory as a whole."""
    json_depth: int = _bound(100, "levels", "nested too deeply", 1, 120)
    """Levels of a JSON record; DuckDB reads no more than 128."""
    expansion: int = _bound(300, "times its size", "unpacks to too much")
    """Bytes that a compressed file unpacks to for each of its own, once it is over 64 MiB."""
    metadata_bytes: int = _bound(50_000_000, "bytes", "too large to be read")
    """Bytes of a manifest, a report or a suite of expectations."""
    card_bytes: int = _bound(1_000_000, "bytes", "card too large")
    """Bytes of the README of a run or of a repository that is published to."""
    yaml_bytes: int = _bound(1_000_000, "bytes", "too large for YAML")
    """Bytes of a YAML document: a recipe, a checks file, roles, the front matter of a card."""
    yaml_depth: int = _bound(100, "levels", "nested too deeply", 1, 150)
    """Levels of a YAML document."""
    yaml_aliases: int = _bound(100, "aliases", "too many aliases", 0)
    """Aliases (`*name`) of a YAML document."""
    yaml_values: int = _bound(200_000, "values", "too many values")
    """Values of a YAML document after every alias was replaced by what it stands for."""
    answer_bytes: int = _bound(16 * 2**20, "bytes", "the answer is too large")
    """Bytes of one answer of an endpoint, unpacked."""
    batch_bytes: int = _bound(2**30, "bytes", "the answer is too large")
    """Bytes of one answer of an endpoint's other APIs, such as the results of a batch."""
    memory_mb: int = _bound(2_000, "MB", "out of memory")
    """Megabytes of memory that DuckDB takes before it goes on with temporary files."""
    seconds: int = _bound(3_600, "seconds", "took too long")
    """Seconds that validating a dataset may take."""


NAMES = {one.name: one.metadata["of"] for one in fields(Bounds)}
"""Bound -> what it is of."""
DEFAULT = Bounds()
_current: ContextVar[Bounds] = ContextVar("bounds", default=DEFAULT)


def current() -> Bounds:
    """The bounds that hold here."""
    return _current.get()


@contextmanager
def bounds(**changes: int) -> Iterator[Bounds]:
    """Other bounds for the block of a `with` statement. Raises `RecipeError` for an unknown name or a bad value."""
    for name, value in changes.items():
        if name not in NAMES:
            raise RecipeError.unknown("no such bound", name, NAMES)
        if type(value) is not int or not NAMES[name].least <= value <= NAMES[name].most:
            expected = f"a whole number from {NAMES[name].least:,} to {NAMES[name].most:,}"
            raise RecipeError(f"not a bound for {name}", got=value, expected=expected)
    changed = replace(current(), **changes)
    token = _current.set(changed)
    try:
        yield changed
    finally:
        _current.reset(token)


def parse_bounds(given: Iterable[str]) -> dict[str, int]:
    """The bounds of a command line, each `NAME=VALUE`. Raises `RecipeError`."""
    pairs = [one.partition("=") for one in given]
    for name, _, value in pairs:
        if not re.fullmatch(r"[0-9][0-9_]{0,20}", value):
            raise RecipeError("not a bound", where="--bound", got=f"{name}={value}", expected="NAME=NUMBER")
    return {name: int(value.replace("_", "")) for name, _, value in pairs}


def exceeded(
    name: str,
    where: str | None,
    got: int | None = None,
    kind: type[E] = DataError,  # type: ignore[assignment]
) -> E:
    """The error that names the bound which something exceeds, and how to raise it; `got` is how much was found."""
    of, most = NAMES[name], getattr(current(), name)
    what = of.exceeded if got is None else f"{of.exceeded}: {got:,} {of.unit}"
    hint = f"raise the bound with `pluriset --bound {name}={max(got or 0, 2 * most)} ...`"
    return kind(what, where=where, expected=f"at most {most:,} {of.unit}", hint=hint)
