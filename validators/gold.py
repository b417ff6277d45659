"""Which option of a question is right, as SQL of its place: by the text, the letter, the number or the column."""

from __future__ import annotations

from collections.abc import Sequence

from .roles import suffix
from .tables import name, text

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def options(columns: Sequence[str]) -> str:
    """The texts of options that have a column each."""
    return f"[{', '.join(f'CAST({name(column)} AS VARCHAR)' for column in columns)}]"


def listed(column: str) -> str:
    """The texts of options in a list, null where it is none."""
    return f"TRY_CAST(literal(CAST(to_json({name(column)}) ->> '$' AS VARCHAR)) AS VARCHAR[])"


def ordered(columns: Sequence[str]) -> list[str]:
    """Columns of options in the order of their letters or numbers, else as they come."""
    return sorted(columns, key=suffix) if _series(columns) else [*columns]


def place(table: str, gold: str, texts: str, columns: Sequence[str] = ()) -> str:
    """The place of the right option, from 0; -1 where it is none of them, null where nothing is said.

    Numbers count from 0 where there is a 0, from 1 where the last option is only reached so, else as the columns are
    numbered, or from 0. Null too unless half of the questions say by one of these which it is.
    """
    said = f"nullif(trim(CAST({name(gold)} AS VARCHAR)), '')"
    code = f"regexp_replace(lower(trim({said}, '(). ')), '\\.0+$', '')"
    series, rows = _series(columns), f"FROM theirs.{name(table)}"
    first = "0" if series.startswith("0") else _first(code, texts, int(series.startswith("1")), rows)
    letters = series if series.isalpha() else ALPHABET
    places = (
        f"list_position({texts}, {said}) - 1",
        f"list_position([{', '.join(text(column.lower()) for column in columns)}]::VARCHAR[], {code}) - 1",
        f"list_position({[*letters]}, {code}) - 1",
        f"TRY_CAST({code} AS BIGINT) - {first}",
    )
    found = f"coalesce({', '.join(places)})"
    right = f"CASE WHEN {found} BETWEEN 0 AND len({texts}) - 1 THEN {found} END"
    known = f"(SELECT count({right}) >= count({said}) / 2 {rows})"
    return f"CASE WHEN {said} IS NOT NULL AND {known} THEN coalesce({right}, -1) END"


def _first(code: str, texts: str, otherwise: int, rows: str) -> str:
    """What the first option is numbered as, told by the lowest and highest number."""
    last = f"bool_or({code} = CAST(len({texts}) AS VARCHAR))"
    return f"(SELECT CASE WHEN bool_or({code} = '0') THEN 0 WHEN {last} THEN 1 ELSE {otherwise} END {rows})"


def _series(columns: Sequence[str]) -> str:
    """The letters or numbers by which columns are told apart, in order; none where they are named otherwise."""
    ends = "".join(sorted(suffix(column) for column in columns))
    return ends if len(ends) == len(columns) and (ends.isalpha() or ends.isdigit()) else ""
