"""What a cell says by the role of its column, as SQL; a cell that says nothing that we know is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ..schemas.report import Finding
from . import gold
from .evidence import evidence, parts
from .roles import OPTION, WHETHER
from .tables import name, text

SIDE = r"^(?:(?:model|response|completion|answer|output|assistant)[ _-]?)?([a-z]|\d+)(?:\.0+)?$"
"""A side by its letter or number, such as `model_a`, `Response 1` or `2`."""
TITLES = {
    "preferred": "`{}` names the preferred side, or a tie (0 and 1: --map it as first_preferred or second_preferred)",
    "first_preferred": "`{}` is true or false, 1 or 0",
    "second_preferred": "`{}` is true or false, 1 or 0",
    "score": "`{}` is a number",
    "options": "`{}` is a list",
    "gold": "`{}` names the right option by its text, letter, number or column",
    "distribution": "`{}` is a list of shares, or an object of an option and its share each",
}
"""Role -> what should hold of a column that has it."""


class Reading(NamedTuple):
    """How the cells of a column are read."""

    table: str
    column: str
    role: str
    sql: str
    """What a cell says, null where that is not known."""

    @property
    def check(self) -> str:
        """Id of the check that its cells are understood."""
        return f"{self.table}.{self.column}.{self.role}"

    def failing(self, connection: DuckDBPyConnection) -> DuckDBPyRelation:
        """The cells that have something in them that is not understood."""
        cell = f"CAST({name(self.column)} AS VARCHAR)"
        return connection.sql(
            f"""SELECT _row, {cell} AS problem FROM theirs.{name(self.table)}
            WHERE trim({cell}) NOT IN ('', 'null') AND ({self.sql}) IS NULL"""
        )

    def finding(self, connection: DuckDBPyConnection) -> Finding:
        """How many cells are not understood, and which."""
        failing = self.failing(connection)
        [(rows,)] = connection.sql(f"SELECT count(*) FROM theirs.{name(self.table)}").fetchall()
        count, shown = evidence(failing)
        return Finding(
            check=self.check,
            severity="warning",
            title=TITLES[self.role].format(self.column),
            table=self.table,
            count=count,
            of=rows,
            examples=shown,
            parts=parts(failing, count),
        )


def readings(table: str, roles: Mapping[str, str]) -> Iterator[Reading]:
    """How the columns of a table are read whose cells say nothing unless they are understood; `roles` by column."""
    by_role = {role: column for column, role in roles.items()}
    if column := by_role.get("score"):
        yield Reading(table, column, "score", score(column))
    if column := by_role.get("distribution"):
        yield Reading(table, column, "distribution", distribution(column))
    yield from _questions(table, roles, by_role)
    if "first" in by_role and "second" in by_role:
        if column := by_role.get("preferred"):
            yield Reading(table, column, "preferred", preferred(table, column, by_role["first"], by_role["second"]))
        for role, (so, otherwise) in WHETHER.items():
            if column := by_role.get(role):
                yield Reading(table, column, role, whether(column, so, otherwise))


def _questions(table: str, roles: Mapping[str, str], by_role: Mapping[str, str]) -> Iterator[Reading]:
    columns = gold.ordered([column for column, role in roles.items() if role == OPTION])
    if columns:
        texts = gold.options(columns)
    elif column := by_role.get("options"):
        texts = gold.listed(column)
        yield Reading(table, column, "options", texts)
    else:
        return
    if column := by_role.get("gold"):
        yield Reading(table, column, "gold", gold.place(table, column, texts, columns))


def score(column: str) -> str:
    """A number."""
    return f"TRY_CAST({name(column)} AS DOUBLE)"


def distribution(column: str) -> str:
    """Option -> share; an option of a list is its place, from 0."""
    said = f"literal(CAST(to_json({name(column)}) ->> '$' AS VARCHAR))"
    listed = f"TRY_CAST({said} AS DOUBLE[])"
    by_place = f"map(CAST(range(len({listed})) AS VARCHAR[]), {listed})"
    return f"coalesce(TRY_CAST({said} AS MAP(VARCHAR, DOUBLE)), {by_place})"


def preferred(table: str, column: str, first: str, second: str) -> str:
    """first, second or tie, by the names of the sides, their letters, or two numbers and no other.

    0 and 1 are said of the first and second, or of false and true: they are read where the sides are so numbered.
    """
    said = f"lower(trim(CAST({name(column)} AS VARCHAR)))"
    side = f"regexp_replace({said}, {text(SIDE)}, '\\1')"
    ends = [re.sub(SIDE, r"\1", one.lower()) for one in (first, second)]
    one, two = ends if all(end.isdigit() for end in ends) else ("1", "2")
    a, b = ends if all(len(end) == 1 and end.isalpha() for end in ends) else ("a", "b")
    numbers = f"FROM theirs.{name(table)} WHERE regexp_matches({side}, '^-?[0-9.]+$')"
    numbered = f"(SELECT bool_and({side} IN ('{one}', '{two}')) AND count(DISTINCT {side}) = 2 {numbers})"
    return f"""CASE WHEN {said} = {text(first.lower())} OR {side} IN ('{a}', 'first') THEN 'first'
        WHEN {said} = {text(second.lower())} OR {side} IN ('{b}', 'second') THEN 'second'
        WHEN regexp_matches({said}, '^(tie|draw|both|equal|same|neither)') THEN 'tie'
        WHEN {side} = '{one}' AND {numbered} THEN 'first' WHEN {side} = '{two}' AND {numbered} THEN 'second' END"""


def whether(column: str, so: str, otherwise: str) -> str:
    """One side if a cell is true, the other if it is false."""
    said = f"lower(trim(CAST({name(column)} AS VARCHAR)))"
    return f"""CASE WHEN {said} IN ('true', '1', '1.0') THEN '{so}'
        WHEN {said} IN ('false', '0', '0.0') THEN '{otherwise}' END"""
