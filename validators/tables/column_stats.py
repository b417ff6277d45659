"""Counts of each column of a table, made once for all checks that ask: wide tables have hundreds of columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from duckdb import DuckDBPyRelation

from .cells import ROW, Text, texts
from .sql import fetch_all, quote_identifier

T = TypeVar("T")


class Counts(NamedTuple):
    """What the values of a column, or of a field of its structs, are like."""

    filled: int = 0
    """Values that are not null."""
    distinct: int = 0
    """Distinct values, approximately."""
    blank: int = 0
    """Empty texts, and those of white space."""
    numbers: int = 0
    """Texts that are numbers."""
    bracketed: int = 0
    """Texts in square brackets."""
    max_length: int = 0
    """Characters of the longest text."""


def once_per_relation(compute: Callable[[DuckDBPyRelation], T]) -> Callable[[DuckDBPyRelation], T]:
    """Compute a function of a relation once, for as long as the relation lives."""
    known: WeakKeyDictionary[DuckDBPyRelation, T] = WeakKeyDictionary()

    @wraps(compute)
    def cached(relation: DuckDBPyRelation) -> T:
        if relation not in known:
            known[relation] = compute(relation)
        return known[relation]

    return cached


@once_per_relation
def text_counts(relation: DuckDBPyRelation) -> Mapping[Text, Counts]:
    """Counts of every single text of a row, those inside lists left out."""
    single = [text for text in texts(relation) if not text.many]
    return dict(zip(single, _counts(relation, [text.sql for text in single]), strict=True))


@once_per_relation
def column_counts(relation: DuckDBPyRelation) -> Mapping[str, Counts]:
    """Counts of every column; of those that are no text, only how many values are not null and how many differ."""
    of_text = {text.path: counts for text, counts in text_counts(relation).items()}
    others = [column for column in relation.columns if column not in of_text and column != ROW]
    hashed = [f"CASE WHEN {c} IS NOT NULL THEN CAST(hash({c}) AS VARCHAR) END" for c in map(quote_identifier, others)]
    counted = dict(zip(others, _counts(relation, hashed), strict=True))
    return {column: of_text.get(column) or counted[column] for column in relation.columns if column != ROW}


def _counts(relation: DuckDBPyRelation, values: list[str]) -> list[Counts]:
    """Counts of SQL expressions, in one scan that is planned in the same time for one column and for hundreds."""
    if not values:
        return []
    named = ", ".join(f'{sql} AS "{number}"' for number, sql in enumerate(values))
    found = fetch_all(
        relation,
        rf"""WITH named AS (SELECT {named} FROM rows)
        SELECT CAST(name AS BIGINT), count(*), approx_count_distinct(value),
            count(*) FILTER (regexp_full_match(value, '[\s\p{{Z}}]*')), count(TRY_CAST(value AS DOUBLE)),
            count(*) FILTER (value LIKE '%[%]%' AND regexp_full_match(value, '(?s)\s*\[.*\]\s*')), max(length(value))
        FROM (UNPIVOT named ON COLUMNS(*) INTO NAME name VALUE value) GROUP BY name""",
    )
    by_number = {number: Counts(*counts) for number, *counts in found}
    return [by_number.get(number, Counts()) for number in range(len(values))]


@once_per_relation
def row_count(relation: DuckDBPyRelation) -> int:
    """The number of rows."""
    return int(fetch_all(relation, "SELECT count(*) FROM rows")[0][0])
