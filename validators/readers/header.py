"""Whether the first record of a table in text is names of columns: its cells against those below them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from duckdb import DuckDBPyRelation

from ..tables.sql import fetch_all, quote_literal
from .findings import Findings
from .format import File

LOOKED_AT = 1000
"""Records below the first that are looked at."""
WORDS = 5
"""A cell with so many words is like a sentence."""
FEWEST = 10
"""Cells below that are enough to call a column one of a few recurring values."""
DATE = r"^\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b"
"""The beginning of a date or time stamp."""
USUAL = re.compile(
    r"(id|idx|index|key|name|text|title|labels?|prompt|question|answer|options?|context|source|target|values?|type"
    r"|category|topic|actions?|scores?|rating|split|chosen|rejected|responses?|completion|instruction|input|output|model"
    r"|language|country|age|gender|word|phrase|sentence|rule|group)\d*"
)
"""Names that columns often have."""


class Column(NamedTuple):
    """A cell of the first record, and what is below it."""

    cell: str
    filled: int
    """Cells below that are not empty."""
    numbers: int
    """Of those, numbers or dates."""
    distinct: int
    """Distinct values of those, roughly."""
    same: int
    """Of those, the same text as the cell."""
    length: float
    """Median length of those."""


def has_header(
    below: DuckDBPyRelation, columns: Sequence[str], first: Sequence[str | None], file: File, findings: Findings
) -> bool:
    """Whether the first record is names, judged by the records below; a finding where it is not, or may not be."""
    found = _counted(below, {column: cell for column, cell in zip(columns, first, strict=True) if cell})
    example = {"file": file.name, "first": " | ".join(cell or "" for cell in first)}
    if any(_names(column) for column in found) or _counts(found):
        return True
    if any(_is_number(column.cell) or _like_those_below(column) for column in found):
        findings.add("no_header", file.table, example)
        return False
    if any(column.filled for column in found) and not any(_looks_like_a_name(column) for column in found):
        findings.add("unsure_header", file.table, example)
    return True


def _counted(below: DuckDBPyRelation, named: Mapping[str, str]) -> list[Column]:
    """What is below the filled cells of the first record; `named` is column -> cell."""
    cells = ", ".join(f"({quote_literal(c)}, {quote_literal(cell.replace(chr(0), ''))})" for c, cell in named.items())
    if not cells:
        return []
    counted = fetch_all(
        below,
        f"""WITH cells AS (FROM (UNPIVOT (SELECT {", ".join(named)} FROM rows LIMIT {LOOKED_AT})
            ON COLUMNS(*) INTO NAME name VALUE value))
        SELECT name, count(*), count(*) FILTER (TRY_CAST(value AS DOUBLE) IS NOT NULL
            OR regexp_matches(value, {quote_literal(DATE)})), approx_count_distinct(value),
            count(*) FILTER (value = first), median(length(value))
        FROM cells JOIN (VALUES {cells}) AS firsts(name, first) USING (name) GROUP BY name""",
    )
    facts = {name: counts for name, *counts in counted}
    return [Column(cell, *facts.get(column, (0, 0, 0, 0, 0.0))) for column, cell in named.items()]


def _names(column: Column) -> bool:
    """Text over numbers or dates, or over a few values that recur without it."""
    if _is_number(column.cell) or re.match(DATE, column.cell):
        return False
    recurring = column.filled >= FEWEST and column.distinct * 5 <= column.filled and not column.same
    return column.filled > 0 and (column.numbers >= 0.9 * column.filled or recurring)


def _counts(columns: Sequence[Column]) -> bool:
    """Numbers that only count, such as years or 0, 1, 2: names of columns in a wide table."""
    numbers = [column.cell for column in columns if _is_number(column.cell)]
    if len(numbers) < 3 or not all(number.isdecimal() and len(number) < 6 for number in numbers):
        return False
    start = int(numbers[0])
    return start in (0, 1, *range(1900, 2100)) and [*map(int, numbers)] == [*range(start, start + len(numbers))]


def _like_those_below(column: Column) -> bool:
    """A category that recurs, or a sentence over sentences."""
    recurs = column.same >= max(2, 0.01 * column.filled)
    sentence = len(column.cell.split()) >= WORDS and len(column.cell) / 3 < column.length < 3 * len(column.cell)
    return recurs or sentence


def _looks_like_a_name(column: Column) -> bool:
    simple = USUAL.fullmatch(column.cell.strip().lower()) or "_" in column.cell
    return bool(simple) or column.length > 3 * len(column.cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.strip().lower() not in ("nan", "inf", "infinity", "-inf")
