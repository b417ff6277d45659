"""Which side of a pair is preferred, as SQL of first, second or tie: by its name, its letter or a coding."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..tables.sql import quote_identifier, quote_literal
from .column_roles import coding, side_end

SIDE = r"^(?:(?:model|response|completion|answer|output|assistant)[ _-]?)?([a-z]|\d+)(?:\.0+)?$"
"""A side by its letter or number, such as `model_a`, `Response 1` or `2`."""
MAX_CODES = 11
"""Numbers that can be a coding, such as -5 to 5."""


def by_name(table: str, column: str, first: str, second: str) -> str:
    """By the names of the sides, their letters, or two numbers and no other; one will do where the sides have numbers.

    0 and 1 are said of the first and second, or of false and true: they are read where the sides are so numbered.
    """
    said = f"lower(trim(CAST({quote_identifier(column)} AS VARCHAR)))"
    side = f"regexp_replace({said}, {quote_literal(SIDE)}, '\\1')"
    ends = [side_end(one) for one in (first, second)]
    least, (one, two) = (1, ends) if all(end.isdigit() for end in ends) else (2, ["1", "2"])
    a, b = ends if all(len(end) == 1 and end.isalpha() for end in ends) else ("a", "b")
    numbers = f"FROM theirs.{quote_identifier(table)} WHERE regexp_matches({side}, '^-?[0-9.]+$')"
    numbered = f"(SELECT bool_and({side} IN ('{one}', '{two}')) AND count(DISTINCT {side}) >= {least} {numbers})"
    return f"""CASE WHEN {said} = {quote_literal(first.lower())} OR {side} IN ('{a}', 'first') THEN 'first'
        WHEN {said} = {quote_literal(second.lower())} OR {side} IN ('{b}', 'second') THEN 'second'
        WHEN regexp_matches({said}, '^(tie|draw|both|equal|same|neither)') THEN 'tie'
        WHEN {side} = '{one}' AND {numbered} THEN 'first' WHEN {side} = '{two}' AND {numbered} THEN 'second' END"""


def by_coding(column: str, role: str) -> str:
    """By what a role such as `preferred:-1,0,1` says; 1.0 is 1."""
    said = f"regexp_replace(lower(trim(CAST({quote_identifier(column)} AS VARCHAR))), '\\.0+$', '')"
    meant = zip(("first", "tie", "second"), coding(role), strict=True)
    listed = [
        (side, ", ".join(quote_literal(cell.strip().lower()) for cell in cells)) for side, cells in meant if cells
    ]
    return f"CASE {' '.join(f'WHEN {said} IN ({cells}) THEN {quote_literal(side)}' for side, cells in listed)} END"


def suggest_coding(cells: Sequence[str]) -> str | None:
    """A role with a coding of such cells, if they are a few numbers or truths; which is which only the user knows."""
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
