"""SQL of the position of the right option of a question, by its text, letter, number or column."""

from __future__ import annotations

from collections.abc import Sequence

from ..tables.sql import quote_identifier, quote_literal
from .column_roles import option_end

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def option_list(columns: Sequence[str]) -> str:
    """SQL of the list of options that have a column each."""
    return f"[{', '.join(f'CAST({quote_identifier(column)} AS VARCHAR)' for column in columns)}]"


def parse_list(column: str) -> str:
    """SQL of the options in a list, null where the cell is none."""
    return f"TRY_CAST(literal(CAST(to_json({quote_identifier(column)}) ->> '$' AS VARCHAR)) AS VARCHAR[])"


def sort_options(columns: Sequence[str]) -> list[str]:
    """Columns of options in the order of their letters or numbers, else as they are."""
    return sorted(columns, key=option_end) if _series(columns) else [*columns]


def gold_position(rows: str, gold: str, texts: str, columns: Sequence[str] = ()) -> str:
    """Query of `_row` and the position of the right option, from 0; -1 where it is no option, null where unknown.

    Numbers count from 0 if one is 0, from 1 if one is the number of options, else as the columns are numbered, or
    from 0. With both, they are unknown unless the columns are numbered. All positions are unknown unless at least half
    of the questions have one.
    """
    series, cell = _series(columns), f"CAST({quote_identifier(gold)} AS VARCHAR)"
    letters = series if series.isalpha() else ALPHABET
    names = f"[{', '.join(quote_literal(column.lower()) for column in columns)}]::VARCHAR[]"
    return f"""
        WITH cells AS (SELECT _row, {texts} AS texts, {cell} AS cell FROM {rows} WHERE trim({cell}) <> ''),
        codes AS MATERIALIZED (
            SELECT _row, len(texts) AS options, regexp_replace(lower(trim(cell, '(). ')), '\\.0+$', '') AS code,
                coalesce(
                    list_position(texts, cell), list_position(list_transform(texts, lambda t: trim(t)), trim(cell)),
                    list_position({names}, code), list_position({[*letters]}, code)) - 1 AS named,
                CASE WHEN regexp_full_match(code, '-?\\d+') THEN TRY_CAST(code AS BIGINT) END AS number
            FROM cells
        ),
        numbers AS (
            SELECT bool_or(number = 0) AS zero, bool_or(number = options) AS last FROM codes WHERE named IS NULL
        ),
        positions AS MATERIALIZED (
            SELECT _row, coalesce(named, if(number IS NULL, -1, number - {_first(series)})) AS found,
                CASE WHEN found BETWEEN 0 AND options - 1 THEN found WHEN found IS NOT NULL THEN -1 END AS position
            FROM codes CROSS JOIN numbers
        )
        SELECT _row, position FROM positions
        WHERE (SELECT count(*) FILTER (position >= 0) >= count(*) / 2 FROM positions)"""


def _first(series: str) -> str:
    """SQL of the number of the first option, by whether a number is 0 or that of the last option from 1."""
    if series.startswith("0"):
        return "0"
    numbered = "1" if series.startswith("1") else "NULL"
    return f"CASE WHEN zero AND last THEN {numbered} WHEN zero THEN 0 WHEN last THEN 1 ELSE coalesce({numbered}, 0) END"


def _series(columns: Sequence[str]) -> str:
    """The letters or numbers at the end of the columns, in order; empty if any has neither."""
    ends = "".join(sorted(option_end(column) for column in columns))
    return ends if len(ends) == len(columns) and (ends.isalpha() or ends.isdigit()) else ""
