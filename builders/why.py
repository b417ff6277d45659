"""The whole story of one row: what it rests on, who was asked what for it, what they answered, what was judged of it.

Rows come from the tables, asks from the journal, terms from the manifest; nothing is asked and nothing is guessed:
what a folder does not hold is said to be missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyRelation
from pydantic import BaseModel

from ..schemas.errors import DataError
from ..schemas.manifest import Manifest
from ..schemas.row import Row, columns
from ..schemas.rows import tables_of
from ..schemas.rows.reject import Reject
from ..validators.readers.run import read
from ..validators.tables import Tables, connect, key_text, name, text
from .folder import JOURNAL, MANIFEST, REJECTS
from .journal import Journal


class Found(BaseModel):
    """A row with the table it is in."""

    table: str
    key: str
    row: dict[str, Any]


class Asked(BaseModel):
    """One ask behind the row, as the journal has it."""

    digest: str
    role: str
    annotator: str
    teacher: dict[str, Any]
    """Identity of the teacher: model, revision, and every option that can change an answer, sampling among them."""
    messages: list[dict[str, str]]
    """The prompt, turn by turn."""
    answer: dict[str, Any]
    """The raw answer: text, finish, tokens, and the model that the endpoint named."""


class Story(BaseModel):
    """Everything on record about one row."""

    subject: Found
    rests_on: list[Found]
    """The rows that it points to, and those that they point to; the main row is the seed."""
    asks: list[Asked]
    """The asks that made it, and those that judged it."""
    judgements: list[Found]
    """What annotators said of it, and what rules made of that."""
    compared: list[Reject]
    """Rows that went because this one was kept."""
    licence: str
    """Licence of the dataset."""
    sources: list[str]
    """Where its seeds come from, with their licences, as the recipe declares them."""
    missing: list[str]
    """What cannot be told, and why."""


def why(folder: Path, table: str, wanted: str) -> Story:
    """The story of a row of a finished run. Raises `DataError` if there is no such table or row."""
    manifest = manifest_of(folder)
    types = tables_of(manifest.family)
    if table not in types:
        raise DataError("no such table", where=str(folder), got=table, expected="one of " + ", ".join(types))
    with connect() as connection:
        tables = read(connection, folder)
        subject = _row(tables, types, table, wanted)
        if subject is None:
            raise DataError("no such row", where=table, got=wanted, hint=f"`pluriset show {folder} {table}` lists some")
        rests_on = list(_ancestors(tables, types, subject))
        judgements = list(_judgements(tables, types, subject))
        compared = _compared(connection.read_parquet(str(folder / REJECTS)), subject)
    asks, missing = _asks(folder, [subject, *rests_on, *judgements])
    return Story(
        subject=subject,
        rests_on=rests_on,
        asks=asks,
        judgements=judgements,
        compared=compared,
        licence=manifest.recipe.license,
        sources=manifest.recipe.card.sources,
        missing=missing,
    )


def manifest_of(folder: Path) -> Manifest:
    """The manifest of a finished run. Raises `DataError` if there is none that can be read."""
    path = folder / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        got = str(error).partition("\n")[0]
        raise DataError("no finished run", where=str(path), got=got, hint="build it, or load it by its id") from None


def _row(tables: Tables, types: Mapping[str, type[Row]], table: str, wanted: str) -> Found | None:
    found = _rows(tables, types, table, f"{key_text(types[table])} = {text(wanted)}") if table in tables else []
    return next(iter(found), None)


def _rows(tables: Tables, types: Mapping[str, type[Row]], table: str, condition: str) -> list[Found]:
    relation = tables[table].filter(condition)
    listed = relation.select(f"{key_text(types[table])} AS key, *").fetchall()
    names = relation.columns
    return [Found(table=table, key=row[0], row=dict(zip(names, row[1:], strict=True))) for row in listed]


def _ancestors(tables: Tables, types: Mapping[str, type[Row]], start: Found) -> Iterator[Found]:
    """Every row that this one points to, nearest first, each once."""
    waiting, seen = [start], {(start.table, start.key)}
    while waiting:
        one = waiting.pop(0)
        for table, target in _pointers(types, one):
            if (table, target) in seen or (found := _row(tables, types, table, target)) is None:
                continue
            seen.add((table, target))
            waiting.append(found)
            yield found


def _pointers(types: Mapping[str, type[Row]], one: Found) -> Iterator[tuple[str, str]]:
    for column in columns(types[one.table]):
        value = one.row.get(column.name)
        if value is not None and column.foreign:
            yield column.foreign.table, str(value)
        elif value is not None and column.item_of and one.row[column.item_of] in types:
            yield one.row[column.item_of], str(value)


def _judgements(tables: Tables, types: Mapping[str, type[Row]], subject: Found) -> Iterator[Found]:
    """The rows of every table that judge the subject as an item."""
    for table, row_type in types.items():
        for column in columns(row_type):
            if column.item_of and table in tables:
                item = f"{name(column.item_of)} = {text(subject.table)} AND {name(column.name)} = {text(subject.key)}"
                yield from _rows(tables, types, table, item)


def _compared(rejects: DuckDBPyRelation, subject: Found) -> list[Reject]:
    beaten = rejects.filter(f'"table" = {text(subject.table)} AND beaten_by = {text(subject.key)}')
    return [Reject(**dict(zip(beaten.columns, row, strict=True))) for row in beaten.fetchall()]


def _asks(folder: Path, rows: list[Found]) -> tuple[list[Asked], list[str]]:
    """What was asked for these rows, and what the journal does not tell."""
    digests = dict.fromkeys(digest for found in rows if (digest := found.row.get("digest")))
    if not (folder / JOURNAL).is_dir():
        return [], ["the journal is not here: it is published on request only"] if digests else []
    journal = Journal(folder / JOURNAL)
    try:
        found = {digest: _asked(journal, digest) for digest in digests}
    finally:
        journal.close()
    missing = [f"the journal has no answer {digest}" for digest, ask in found.items() if ask is None]
    return [ask for ask in found.values() if ask is not None], missing


def _asked(journal: Journal, digest: str) -> Asked | None:
    record = journal.record(bytes.fromhex(digest))
    if record is None:
        return None
    ask = record["ask"]
    return Asked(
        digest=digest,
        role=ask["role"],
        annotator=ask["annotator"],
        teacher=(journal.context(ask["context"]) or {}).get("teacher", {}),
        messages=ask["messages"],
        answer=record["answer"],
    )
