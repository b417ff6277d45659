"""What the columns of a table hold, by their content: the facts from which roles follow before names are looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from duckdb import DuckDBPyRelation

from ..tables.sql import fetch_all, quote_identifier, quote_literal
from .recognise import INTERNAL_COLUMNS

Kind = Literal[
    "empty", "flag", "code", "category", "scale", "count", "share", "number", "text", "dialogue", "list", "numbers",
    "object", "date", "url", "contact",
]  # fmt: skip
"""What a column holds. `code` identifies, `category` has few values that recur, `scale` has few whole numbers, `share`
lies in 0 to 1, `numbers` is a list of numbers, `object` is anything else that is nested."""
SAMPLE = 20_000
"""Rows that are looked at, the first of the table: a random sample would hide that rows of one item stand together."""
MAX_CATEGORIES = 50
"""Distinct values of a category, at most."""
MAX_SCALE_POINTS = 11
"""Distinct values of a scale, at most, such as 0 to 10."""
MIN_TEXT_WORDS = 2.5
"""Average words of a text; a category may have as many, but recurs."""
PATTERNS = {
    "date": ("0123456789", r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?$"),
    "url": ("h", r"^https?://\S+$"),
    "contact": ("", r"^[^\s@]+@[^\s@]+\.[a-zA-Z]{2,}$"),
    "list": ("[(", r"^\s*[\[(].*[\])]\s*$"),
    "object": ("{", r"^\s*\{.*\}\s*$"),
    "numbers": ("[(", r"^\s*[\[(](\s*-?[0-9.]+(e-?\d+)?\s*,?)+[\])]\s*$"),
    "dialogue": (
        "HUSAP[",
        r"(?s)^\s*(Human|User|Student|Assistant|Prompter): ?.*\n+ ?(Assistant|Human|User|Student|Prompter):"
        r'|^\s*\[\s*\{.*"role"\s*:',
    ),
}
"""Kind -> the characters that its cells begin with, any if there are none, and their pattern."""
WHITE_SPACE = "E' \\t\\r\\n'"
MOSTLY = 0.9
"""Share of the cells that make a column of a kind."""


@dataclass(frozen=True)
class Facts:
    """What is known of a column."""

    column: str
    type: str
    """Its type in DuckDB."""
    rows: int
    """Rows that were looked at."""
    filled: int
    """Cells that are neither null nor white space."""
    distinct: int
    """Distinct values of those."""
    length: float
    """Average length of a cell in characters."""
    words: float
    """Average number of words."""
    least: float | None
    """Least number, where all cells are numbers."""
    greatest: float | None
    kind: Kind

    @property
    def repeats(self) -> float:
        """How often a value occurs on average."""
        return self.filled / self.distinct if self.distinct else 0.0

    @property
    def is_key(self) -> bool:
        """Whether its values are unique and never missing."""
        return self.rows > 0 and self.distinct == self.filled == self.rows


def column_facts(relation: DuckDBPyRelation) -> dict[str, Facts]:
    """Column -> what it holds, in one pass over the first rows of a table."""
    types = {c: str(t) for c, t in zip(relation.columns, relation.types, strict=True) if c not in INTERNAL_COLUMNS}
    if not types:
        return {}
    cells = ", ".join(f"{_as_text(c, kind)} AS {quote_identifier(c)}" for c, kind in types.items())
    matches = ", ".join(f"count(*) FILTER ({_matches(first, pattern)})" for first, pattern in PATTERNS.values())
    found = fetch_all(
        relation,
        f"""WITH cells AS (SELECT {cells} FROM rows LIMIT {SAMPLE}),
        filled AS (FROM (UNPIVOT cells ON * INTO NAME name VALUE value) WHERE trim(value) <> ''),
        numbers AS (
            SELECT *, TRY_CAST(value AS DOUBLE) AS number, left(trim(value, {WHITE_SPACE}), 1) AS first FROM filled)
        SELECT name, count(*), count(DISTINCT value), avg(length(value)),
            avg(1 + length(value) - length(replace(value, ' ', ''))), count(number),
            count(*) FILTER (number = trunc(number)), min(number), max(number), {matches}
        FROM numbers GROUP BY name""",
    )
    rows = min(SAMPLE, int(fetch_all(relation, "SELECT count(*) FROM rows")[0][0]))
    by_column = {name: facts for name, *facts in found}
    return {c: _facts(c, kind, rows, by_column.get(c)) for c, kind in types.items()}


def _matches(first: str, pattern: str) -> str:
    """SQL of whether a cell has a pattern, which is only tried where its first character allows that."""
    matches = f"regexp_matches(value, {quote_literal(pattern)})"
    return f"contains({quote_literal(first)}, first) AND {matches}" if first else matches


def _as_text(column: str, kind: str) -> str:
    name = quote_identifier(column)
    return f"CAST(to_json({name}) AS VARCHAR)" if is_nested(kind) else f"CAST({name} AS VARCHAR)"


def is_nested(kind: str) -> bool:
    """Whether a DuckDB type is a list, struct or map."""
    return kind.endswith("]") or kind.startswith(("STRUCT", "MAP")) or kind == "JSON"


def _facts(column: str, kind: str, rows: int, found: list[float] | None) -> Facts:
    if found is None:
        return Facts(column, kind, rows, 0, 0, 0.0, 0.0, None, None, "empty")
    filled, distinct, length, words, numbers, whole, least, greatest, *matches = found
    shares = dict(zip(PATTERNS, (count / filled for count in matches), strict=True))
    numeric = numbers >= MOSTLY * filled
    what = _number_kind(distinct, filled, whole >= numbers, least, greatest) if numeric else None
    what = what or _text_kind(distinct, filled, words, shares)
    low, high = (least, greatest) if numeric else (None, None)
    return Facts(column, kind, rows, int(filled), int(distinct), length, words, low, high, what)


def _number_kind(distinct: float, filled: float, whole: bool, least: float, greatest: float) -> Kind:
    if whole and {least, greatest} <= {0, 1} and distinct <= 2:
        return "flag"
    if not whole:
        return "share" if least >= 0 and greatest <= 1 else "number"
    if distinct == filled:
        return "code"
    return "scale" if distinct <= MAX_SCALE_POINTS and greatest - least <= 2 * MAX_SCALE_POINTS else "count"


def _text_kind(distinct: float, filled: float, words: float, shares: Mapping[str, float]) -> Kind:
    if shares["dialogue"] >= MOSTLY:
        return "dialogue"
    if shares["numbers"] >= MOSTLY:
        return "numbers"
    whole: tuple[Kind, ...] = ("date", "url", "contact", "object", "list")
    if kind := next((kind for kind in whole if shares[kind] >= MOSTLY), None):
        return kind
    recurs = distinct <= MAX_CATEGORIES and (filled >= 2 * distinct or distinct <= 2 < filled)
    often = distinct <= MAX_CATEGORIES and filled >= 10 * distinct
    if words >= MIN_TEXT_WORDS and not (recurs and words < 2 * MIN_TEXT_WORDS) and not (often and words < 12):
        return "text"
    return "category" if recurs else "code"


def plain_name(column: str) -> str:
    """A name in lower case with underscores, whatever it was written in: `comment-id`, `commentId`, `Comment ID`."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", column)
    return re.sub(r"\W+|_+", "_", split).strip("_").lower() or column.lower()
