"""Keys, dependencies and designs of one table, found in its rows and not in its names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import prod
from typing import NamedTuple

from duckdb import DuckDBPyRelation

from ..tables.sql import fetch_all, quote_identifier
from .column_facts import Facts

MOST_COLUMNS = 40
"""Columns of a table whose dependencies are looked for, the first."""
MAX_ROWS = 200_000
"""Rows in which dependencies are looked for, the first."""
MAX_BROKEN = 0.05
"""A dependency nearly holds if at most this share of the groups breaks it."""
MIN_GROUPS = 20
"""Groups of several rows without which nothing nearly holds."""
RELATION_REPEATS = 1.5
"""A text occurs so often on average where rows are relations and not items."""
MAX_LEVELS = 20
"""Levels of a factor, at most."""
COMPLETE = 0.9
"""Share of the cells of a factorial design that must exist for it to be one."""


class Dependency(NamedTuple):
    """How far one column determines another."""

    on: str
    column: str
    groups: int
    """Values of `on` with several rows."""
    broken: int
    """Those in which the column has several values."""

    @property
    def holds(self) -> bool:
        """Whether it holds without exception, in groups that could break it."""
        return self.groups > 0 and self.broken == 0

    @property
    def nearly_holds(self) -> bool:
        """Whether few of many groups break it."""
        return self.groups >= MIN_GROUPS and 0 < self.broken <= MAX_BROKEN * self.groups


class Factorial(NamedTuple):
    """A design in which the levels of some columns are crossed, for each template."""

    template: str
    factors: tuple[str, ...]


def text_of(columns: Sequence[str]) -> str:
    """SQL that is equal for equal values of some columns."""
    parts = [f"coalesce(CAST({quote_identifier(column)} AS VARCHAR), '')" for column in columns]
    return parts[0] if len(parts) == 1 else f"concat_ws(chr(31), {', '.join(parts)})"


def is_key(relation: DuckDBPyRelation, columns: Sequence[str]) -> bool:
    """Whether no two rows agree in all of the columns."""
    [(rows, distinct)] = fetch_all(relation, f"SELECT count(*), count(DISTINCT {text_of(columns)}) FROM rows")
    return bool(rows > 0 and rows == distinct)


def dependencies(relation: DuckDBPyRelation, on: str, columns: Sequence[str]) -> dict[str, Dependency]:
    """Column -> how far `on` determines it, all in one query."""
    columns = [column for column in columns if column != on][:MOST_COLUMNS]
    if not columns:
        return {}
    cells = [f"CAST({quote_identifier(column)} AS VARCHAR)" for column in columns]
    several = ", ".join(f"min({cell}) < max({cell}) AS c{at}" for at, cell in enumerate(cells))
    broken_by = ", ".join(f"count(*) FILTER (c{at})" for at in range(len(columns)))
    [(groups, *broken)] = fetch_all(
        relation,
        f"""SELECT count(*), {broken_by} FROM (
            SELECT count(*) AS n, {several} FROM (FROM rows LIMIT {MAX_ROWS})
            WHERE {quote_identifier(on)} IS NOT NULL GROUP BY {quote_identifier(on)}) WHERE n > 1""",
    )
    return {c: Dependency(on, c, groups, count) for c, count in zip(columns, broken, strict=True)}


def candidate_keys(relation: DuckDBPyRelation, facts: Mapping[str, Facts], most: int = 3) -> list[tuple[str, ...]]:
    """The smallest sets of up to three columns that identify a row; columns of texts and numbers are left out."""
    single = [c for c, known in facts.items() if known.is_key and known.kind in ("code", "count", "text")]
    if keys := [(column,) for column in single if is_key(relation, (column,))]:
        return [*keys[:most]]
    usable = [
        c
        for c, f in facts.items()
        if 1 < f.distinct < f.rows and f.kind in ("code", "category", "count", "text", "scale")
    ]
    for size in (2, 3):
        sets = [s for s in combinations(usable[:12], size) if prod(facts[c].distinct for c in s) >= facts[s[0]].rows]
        if found := [columns for columns in sets[:66] if is_key(relation, columns)]:
            return found[:most]
    return []


def is_relation(text: Facts) -> bool:
    """Whether rows are relations of one text with several members, and not an item each."""
    return text.distinct > 1 and text.repeats >= RELATION_REPEATS


def factorial_design(
    relation: DuckDBPyRelation, facts: Mapping[str, Facts], leave_out: Sequence[str]
) -> Factorial | None:
    """A column of templates, each of which is crossed with the levels of one to four categories, if there is one."""
    kinds = ("category", "scale", "count")
    categories = [c for c, f in facts.items() if f.kind in kinds and 1 < f.distinct <= MAX_LEVELS]
    categories = [c for c in categories if c not in leave_out and facts[c].filled == facts[c].rows][:8]
    templates = [c for c, f in facts.items() if f.kind in ("code", "count") and f.filled == f.rows and f.distinct > 1]
    for template in [c for c in templates if c not in leave_out and facts[c].distinct < facts[c].rows][:4]:
        for size in (4, 3, 2, 1):
            for chosen in combinations([c for c in categories if c != template], size):
                cells = facts[template].distinct * prod(facts[c].distinct for c in chosen)
                if COMPLETE * cells <= facts[template].rows <= cells and is_key(relation, (template, *chosen)):
                    return Factorial(template, chosen)
    return None
