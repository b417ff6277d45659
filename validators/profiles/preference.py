"""SQL of the preferred side of a pair (first, second or tie), by its name, letter or number, or by a coding."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..tables.sql import quote_identifier, quote_literal
from .column_roles import coding, side_end

SIDE = r"^(?:(?:model|response|completion|answer|output|assistant)[ _-]?)?([a-z]|\d+)(?:\.0+)?$"
"""A cell that names a side by its letter or number, such as `model_a`, `Response 1` or `2`."""
MAX_CODES = 11
"""Distinct numbers that can be a coding, such as -5 to 5."""


def by_name(table: str, column: str, first: str, second: str) -> str:
    """SQL of the side that a cell names, by its column name, letter or number.

    Numbers count if the column has no others: those of the sides, such as 0 and 1 for `response_0` and `response_1`,
    else both 1 and 2. Elsewhere 0 and 1 stay unread: they may mean first and second, or false and true.
    """
    cell = f"lower(trim(CAST({quote_identifier(column)} AS VARCHAR)))"
    side = f"regexp_replace({cell}, {quote_literal(SIDE)}, '\\1')"
    ends = [side_end(side_column) for side_column in (first, second)]
    least, (one, two) = (1, ends) if all(end.isdigit() for end in ends) else (2, ["1", "2"])
    a, b = ends if all(len(end) == 1 and end.isalpha() for end in ends) else ("a", "b")
    numbers = f"FROM given.{quote_identifier(table)} WHERE regexp_matches({side}, '^-?[0-9.]+$')"
    numbered = f"(SELECT bool_and({side} IN ('{one}', '{two}')) AND count(DISTINCT {side}) >= {least} {numbers})"
    return f"""CASE WHEN {cell} = {quote_literal(first.lower())} OR {side} IN ('{a}', 'first') THEN 'first'
        WHEN {cell} = {quote_literal(second.lower())} OR {side} IN ('{b}', 'second') THEN 'second'
        WHEN regexp_matches({cell}, '^(tie|draw|both|equal|same|neither)') THEN 'tie'
        WHEN {side} = '{one}' AND {numbered} THEN 'first' WHEN {side} = '{two}' AND {numbered} THEN 'second' END"""


def by_coding(column: str, role: str) -> str:
    """SQL of the side by a role such as `preferred:-1,0,1`; 1.0 is 1."""
    cell = f"regexp_replace(lower(trim(CAST({quote_identifier(column)} AS VARCHAR))), '\\.0+$', '')"
    cases = [
        f"WHEN {cell} IN ({', '.join(quote_literal(code.strip().lower()) for code in codes)}) THEN '{side}'"
        for side, codes in zip(("first", "tie", "second"), coding(role), strict=True)
        if codes
    ]
    return f"CASE {' '.join(cases)} END"


def suggest_coding(cells: Sequence[str]) -> str | None:
    """A role with a coding for cells that are a few numbers or booleans; only the user knows which means which."""
    if {cell.strip().lower() for cell in cells} == {"true", "false"}:
        return "preferred:true,false"
    numbers = {re.sub(r"\.0+$", "", cell.strip()) for cell in cells}
    if not 1 < len(numbers) <= MAX_CODES or not all(re.fullmatch(r"-?\d+", number) for number in numbers):
        return None
    ordered = sorted(map(int, numbers))
    middle = 0 if ordered[0] < 0 else (ordered[0] + ordered[-1]) / 2
    groups = [
        [n for n in ordered if n < middle],
        [n for n in ordered if n == middle],
        [n for n in ordered if n > middle],
    ]
    return "preferred:" + ",".join("/".join(map(str, group)) for group in groups if group)
