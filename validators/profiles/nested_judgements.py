"""Judgements inside cells: objects by annotator, lists of objects, lists of labels, labels joined by commas.

Annotation tools write them so too: Label Studio (a list of results for each annotator), Argilla (responses by
question), Potato (a chosen label by scheme) and Doccano (a list of labels, with a file for each annotator).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ..tables.literal import to_json
from ..tables.sql import fetch_all, query, quote_identifier
from .column_facts import Facts, is_nested, plain_name

LOOKED_AT = 200
"""Cells that tell whether a column holds judgements."""
READABLE = 0.8
"""Share of the filled cells that must be readable as judgements."""
EMPTY = ("", "[]", "{}", "null")
"""Cells without judgements."""
BATCH = 5_000
"""Cells that Python holds at once."""
COLUMN_NAME = re.compile(
    r"annotations?|labels?|ratings?|judge?ments?|votes?|verdicts?|responses?|scores?|answers?|human|individual"
)
"""A word in the name of a column of judgements; objects and lists of objects are recognised by their keys as well."""
NOT_JUDGEMENTS = re.compile(
    r"soft|distribution|prob|options|choices|behavio|suggestion|prediction|status|draft|history"
)
"""A word in the name of a column that looks like judgements and is something else."""
ANNOTATOR_KEYS = [
    "annotator_id",
    "annotator",
    "user_id",
    "user",
    "worker_id",
    "worker",
    "rater_id",
    "rater",
    "completed_by",
    "coder",
    "participant_id",
    "participant",
    "username",
    "email",
    "judge",
]
LABEL_KEYS = [
    "label",
    "value",
    "rating",
    "score",
    "judgement",
    "judgment",
    "choice",
    "answer",
    "vote",
    "verdict",
    "annotation",
    "labels",
]
ANNOTATORS_NAME = re.compile(
    r"(annotator|worker|rater|user|coder|participant)(_?ids?|s|_names)?|.*[._](users|annotators)"
)
"""A column of the annotators of the same row."""
STATUS_KEYS = {"was_cancelled": True, "status": ("discarded", "draft")}
"""Keys by which a tool marks a judgement that does not count -> the values that do so."""
SCHEMA = pa.schema(
    [
        pa.field("_row", pa.int64()),
        *(pa.field(name, pa.string()) for name in ("annotator_id", "aspect", "label")),
        pa.field("score", pa.float64()),
    ]
)


class Judgement(NamedTuple):
    """One judgement in a cell."""

    annotator: str | None
    """Null where the cell does not name the annotator."""
    aspect: str | None
    """Null where the cell has only one."""
    value: Any
    """A label, a number, or a list of labels."""


class NestedColumn(NamedTuple):
    """A column whose cells hold judgements, and the one with their annotators if there is one."""

    column: str
    annotators: str | None


def nested_columns(relation: DuckDBPyRelation, facts: Mapping[str, Facts]) -> tuple[list[NestedColumn], list[str]]:
    """The columns that hold judgements, and those that look like it and cannot be read."""
    found, unread = [], []
    who = next((c for c in facts if ANNOTATORS_NAME.fullmatch(plain_name(c)) and _is_many(relation, facts[c])), None)
    # Few labels of few annotators recur as a whole, so that `1,0,1` beside names looks like a category.
    kinds = ("list", "object", "numbers", "code", *(("category",) if who else ()))
    for column, known in facts.items():
        name = plain_name(column)
        if NOT_JUDGEMENTS.search(name) or column == who or known.kind not in kinds:
            continue
        named = bool(COLUMN_NAME.search(name))
        cells = _cells(relation, column, known, LOOKED_AT)
        judged = [judgements(cell, named) for cell in cells]
        readable = sum(one is not None for one in judged)
        several = (
            (named and known.kind == "object")
            or any(one and len(one) > 1 for one in judged)
            or any(one and one[0].annotator for one in judged)
        )
        lists = any(isinstance(cell, list) and not any(isinstance(m, dict | list) for m in cell) for cell in cells)
        if lists and known.distinct <= 1:
            continue
        if cells and readable >= READABLE * len(cells) and several:
            if lists and who is None and not _labels_recur(judged):
                continue
            found.append(NestedColumn(column, who if lists else None))
        elif named and cells and known.kind == "object" and not readable:
            unread.append(column)
    return found, unread


def _labels_recur(judged: Sequence[list[Judgement] | None]) -> bool:
    """Whether lists without annotators hold few values, again and again, and some list repeats one."""
    values = [str(one.value) for cell in judged if cell for one in cell]
    repeats = any(len({str(one.value) for one in cell}) < len(cell) for cell in judged if cell)
    return repeats and len(set(values)) <= max(2, len(values) / 2)


def _is_many(relation: DuckDBPyRelation, facts: Facts) -> bool:
    cells = _cells(relation, facts.column, facts, LOOKED_AT)
    return bool(cells) and sum(isinstance(cell, list) for cell in cells) >= READABLE * len(cells)


def _cells(relation: DuckDBPyRelation, column: str, facts: Facts, most: int) -> list[Any]:
    sql = f"SELECT {cell_text(column, facts)} AS cell FROM rows WHERE cell IS NOT NULL LIMIT {most}"
    return [parsed for (cell,) in fetch_all(relation, sql) if (parsed := parse_cell(cell)) not in (None, "", [], {})]


def cell_text(column: str, facts: Facts) -> str:
    """SQL of a cell as text: JSON of what is nested."""
    name = quote_identifier(column)
    return f"CAST(to_json({name}) AS VARCHAR)" if is_nested(facts.type) else f"CAST({name} AS VARCHAR)"


def parse_cell(cell: str | None) -> Any:
    """The value of a cell: JSON, a Python literal, or a list joined by commas; else null."""
    if cell is None or not (text := cell.strip()):
        return None
    if text[0] in "[{(":
        for read in (json.loads, lambda literal: json.loads(to_json(literal))):
            try:
                return read(text)
            except ValueError:
                continue
        return None
    parts = text.split(",")
    return [part.strip() for part in parts] if len(parts) > 1 and all(len(p.split()) <= 2 for p in parts) else None


def judgements(cell: Any, named: bool = False, who: Sequence[Any] | None = None) -> list[Judgement] | None:
    """The judgements in a parsed cell; null where it holds none. `named` says that the name of its column fits."""
    if isinstance(cell, dict):
        return _by_key(cell, named)
    if not isinstance(cell, list):
        return None
    if all(isinstance(one, dict) for one in cell):
        lists = [_one(one) for one in cell]
        return [one for each in lists if each is not None for one in each] if None not in lists else None
    if not named or any(isinstance(one, dict) for one in cell):
        return None
    if who is not None and len(who) != len(cell):
        return [Judgement(None, None, one) for one in cell if one is not None]
    people = [str(one) for one in who] if who else [str(place) for place in range(1, len(cell) + 1)]
    return [Judgement(person, None, one) for person, one in zip(people, cell, strict=True) if one is not None]


def _by_key(cell: Mapping[str, Any], named: bool) -> list[Judgement] | None:
    """An object by annotator, or by aspect; the keys that are null are those of other rows."""
    filled = {key: value for key, value in cell.items() if value is not None}
    if "annotator" in {plain_name(key) for key in filled} or set(map(plain_name, filled)) & set(ANNOTATOR_KEYS):
        return _one(filled)
    if not named or not filled:
        return None
    if all(isinstance(value, dict) and _label_of(value) is not None for value in filled.values()):
        return [Judgement(key, None, _label_of(value)) for key, value in filled.items()]
    if all(isinstance(value, dict) for value in filled.values()):
        chosen = {aspect: [k for k, v in by.items() if v not in (None, False, "")] for aspect, by in filled.items()}
        return [Judgement(None, aspect, labels) for aspect, labels in chosen.items() if labels]
    if all(isinstance(value, list) and value and isinstance(value[0], dict) for value in filled.values()):
        found = []
        for aspect, listed in filled.items():
            if (inner := judgements(listed)) is None:
                return None
            found += [one._replace(aspect=one.aspect or aspect) for one in inner]
        return found
    if any(isinstance(value, dict | list) for value in filled.values()):
        return None
    return [Judgement(key, None, value) for key, value in filled.items()]


def _one(judgement: Mapping[str, Any]) -> list[Judgement] | None:
    """What one object says, of one or several aspects; null where it names neither annotator nor label."""
    keys = {plain_name(key): key for key in judgement}
    for key, ignored in STATUS_KEYS.items():
        marks = ignored if isinstance(ignored, tuple) else (ignored,)
        if key in judgement and judgement[key] in marks:
            return []
    if (who := next((keys[key] for key in ANNOTATOR_KEYS if key in keys), None)) is None:
        return None
    annotator = judgement[who]
    annotator = annotator.get("id", annotator.get("email")) if isinstance(annotator, dict) else annotator
    person = None if annotator is None else str(annotator)
    if isinstance(results := judgement.get("result"), list):
        return [*_results(person, results)]
    value = _label_of(judgement)
    if value is not None:
        return [] if value == [] else [Judgement(person, judgement.get("aspect"), value)]
    others = {k: v for k, v in judgement.items() if k != who and isinstance(v, str | int | float)}
    return [Judgement(person, aspect, value) for aspect, value in others.items()] or None


def _label_of(judgement: Mapping[str, Any]) -> Any:
    keys = {plain_name(key): key for key in judgement}
    return next((judgement[keys[key]] for key in LABEL_KEYS if key in keys), None)


def _results(annotator: str | None, results: Sequence[Any]) -> Iterator[Judgement]:
    """The results of an annotation of Label Studio: one for each control, such as choices or a rating."""
    for result in results:
        value = result.get("value") if isinstance(result, dict) else None
        kind = result.get("type") if value else None
        if isinstance(value, dict) and kind in value and isinstance(value[kind], str | int | float | list):
            judged = float(value[kind]) if kind in ("rating", "number") else value[kind]
            yield Judgement(annotator, str(result.get("from_name", kind)), judged)


def unread_cells(relation: DuckDBPyRelation, nested: NestedColumn, facts: Mapping[str, Facts]) -> list[dict[str, Any]]:
    """The row and problem of each filled cell whose judgements cannot be read, or not by annotator."""
    columns = [cell_text(column, facts[column]) for column in (nested.column, nested.annotators) if column]
    broken = []
    for batch in query(relation, f"SELECT _row, {', '.join(columns)} FROM rows").to_arrow_reader(BATCH):
        for row, cell, *who in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            given, people = parse_cell(cell), parse_cell(who[0]) if who else None
            if isinstance(people, list) and isinstance(given, list) and len(people) != len(given):
                broken.append({"_row": row, "problem": f"{len(given)} judgements of {len(people)} annotators"})
            elif cell and cell.strip() not in EMPTY and given is not None and judgements(given, True, people) is None:
                broken.append({"_row": row, "problem": cell[:80]})
    return broken


def annotation_rows(
    connection: DuckDBPyConnection, relation: DuckDBPyRelation, nested: NestedColumn, facts: Mapping[str, Facts]
) -> str:
    """The table of the database with _row, annotator_id, aspect, label and score of every judgement in a column."""
    columns = [cell_text(column, facts[column]) for column in (nested.column, nested.annotators) if column]
    rows, name = query(relation, f"SELECT _row, {', '.join(columns)} FROM rows"), plain_name(nested.column)
    parts = [_batch(batch, name) for batch in rows.to_arrow_reader(BATCH)]
    table = f"_nested_{len(connection.execute('SHOW TABLES').fetchall())}"
    connection.from_arrow(pa.concat_tables(parts or [SCHEMA.empty_table()])).create(table)
    return table


def _batch(batch: pa.RecordBatch, name: str) -> pa.Table:
    found: list[tuple[Any, ...]] = []
    for row, cell, *who in zip(*(column.to_pylist() for column in batch.columns), strict=True):
        people = parse_cell(who[0]) if who else None
        for one in judgements(parse_cell(cell), True, people) or []:
            found.append((row, one.annotator, one.aspect or name, *_typed(one.value)))
    values = zip(*found, strict=True) if found else [()] * len(SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(values, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _typed(value: Any) -> tuple[str | None, float | None]:
    """Label and score of a value: whole numbers may be codes, so only fractions are scores; a list is a set."""
    if isinstance(value, list):
        return " | ".join(sorted({str(one) for one in value})) or None, None
    return (None, value) if isinstance(value, float) else (str(value), None)
