"""Which option of a question is right, as SQL of its place: by the text, the letter, the number or the column."""

from __future__ import annotations

from collections.abc import Sequence

from ..tables.sql import quote_identifier, quote_literal
from .column_roles import option_end

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def option_list(columns: Sequence[str]) -> str:
    """The texts of options that have a column each."""
    return f"[{', '.join(f'CAST({quote_identifier(column)} AS VARCHAR)' for column in columns)}]"


def parse_list(column: str) -> str:
    """The texts of options in a list, null where it is none."""
    return f"TRY_CAST(literal(CAST(to_json({quote_identifier(column)}) ->> '$' AS VARCHAR)) AS VARCHAR[])"


def sort_options(columns: Sequence[str]) -> list[str]:
    """Columns of options in the order of their letters or numbers, else as they come."""
    return sorted(columns, key=option_end) if _series(columns) else [*columns]


def gold_position(rows: str, gold: str, texts: str, columns: Sequence[str] = ()) -> str:
    """Query of `_row` and the place of the right option, from 0; -1 where it is none of them, null if nobody knows.

    Numbers count from 0 where there is a 0, from 1 where the last option is only reached so, else as the columns are
    numbered, or from 0; nobody knows where there is both, unless the columns are numbered. Nor does anybody unless
    half of the questions say by one of these which it is.
    """
    series, cell = _series(columns), f"CAST({quote_identifier(gold)} AS VARCHAR)"
    letters = series if series.isalpha() else ALPHABET
    names = f"[{', '.join(quote_literal(column.lower()) for column in columns)}]::VARCHAR[]"
    return f"""
        WITH cells AS (SELECT _row, {texts} AS texts, {cell} AS cell FROM {rows} WHERE trim({cell}) <> ''),
        said AS MATERIALIZED (
            SELECT _row, len(texts) AS options, regexp_replace(lower(trim(cell, '(). ')), '\\.0+$', '') AS code,
                coalesce(
                    list_position(texts, cell), list_position(list_transform(texts, lambda t: trim(t)), trim(cell)),
                    list_position({names}, code), list_position({[*letters]}, code)) - 1 AS named,
                CASE WHEN regexp_full_match(code, '-?\\d+') THEN TRY_CAST(code AS BIGINT) END AS number
            FROM cells
        ),
        numbers AS (
            SELECT bool_or(number = 0) AS zero, bool_or(number = options) AS last FROM said WHERE named IS NULL
        ),
        places AS MATERIALIZED (
            SELECT _row, coalesce(named, if(number IS NULL, -1, number - {_first(series)})) AS found,
                CASE WHEN found BETWEEN 0 AND options - 1 THEN found WHEN found IS NOT NULL THEN -1 END AS place
            FROM said CROSS JOIN numbers
        )
        SELECT _row, place FROM places WHERE (SELECT count(*) FILTER (place >= 0) >= count(*) / 2 FROM places)"""


def _first(series: str) -> str:
    """What the first option is numbered as, told by whether there is a 0 and whether the last is reached from 1."""
    if series.startswith("0"):
        return "0"
    numbered = "1" if series.startswith("1") else "NULL"
    return f"CASE WHEN zero AND last THEN {numbered} WHEN zero THEN 0 WHEN last THEN 1 ELSE coalesce({numbered}, 0) END"


def _series(columns: Sequence[str]) -> str:
    """The letters or numbers by which columns are told apart, in order; none where they are named otherwise."""
    ends = "".join(sorted(option_end(column) for column in columns))
    return ends if len(ends) == len(columns) and (ends.isalpha() or ends.isdigit()) else ""
