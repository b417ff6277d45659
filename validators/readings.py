"""What a cell says by the role of its column, as SQL; a cell that says nothing that we know is a finding."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ..schemas.report import Finding
from . import gold, preferred
from .evidence import evidence, parts
from .roles import OPTION, WHETHER, plain
from .tables import name

TITLES = {
    "preferred": "`{}` names the preferred side, or a tie",
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

    def finding(self, connection: DuckDBPyConnection, roles: Mapping[str, str]) -> Finding:
        """How many cells are not understood, and which; `roles` is what `--map` would say of the whole table."""
        failing = self.failing(connection)
        [(rows,)] = connection.sql(f"SELECT count(*) FROM theirs.{name(self.table)}").fetchall()
        count, shown = evidence(failing)
        return Finding(
            check=self.check,
            severity="warning",
            title=TITLES[self.role].format(self.column) + self._hint(failing, roles),
            table=self.table,
            count=count,
            of=rows,
            examples=shown,
            parts=parts(failing, count),
        )

    def _hint(self, failing: DuckDBPyRelation, roles: Mapping[str, str]) -> str:
        """How numbers or truths would be read that mean a side: the words to copy."""
        if self.role != "preferred":
            return ""
        few = failing.select("problem").distinct().limit(2 * preferred.MOST).fetchall()
        if not (role := preferred.likely([cell for (cell,) in few])):
            return ""
        own = (self.column, f"{self.table}.{self.column}")
        said = (f"{column}={role if column in own else other}" for column, other in roles.items())
        maps = shlex.join(part for one in said for part in ("--map", one))
        sides = "first, tie, second" if role.count(",") == 2 else "first, second"
        return f" (they are read if it is said what means {sides}, in this order: {maps})"


def readings(table: str, roles: Mapping[str, str]) -> Iterator[Reading]:
    """How the columns of a table are read whose cells say nothing unless they are understood; `roles` by column."""
    by_role = {plain(role): column for column, role in roles.items()}
    if column := by_role.get("score"):
        yield Reading(table, column, "score", score(column))
    if column := by_role.get("distribution"):
        yield Reading(table, column, "distribution", distribution(column))
    yield from _questions(table, roles, by_role)
    if "first" in by_role and "second" in by_role:
        if column := by_role.get("preferred"):
            named = preferred.by_name(table, column, by_role["first"], by_role["second"])
            coded = roles[column] != "preferred"
            sql = preferred.by_coding(column, roles[column]) if coded else named
            yield Reading(table, column, "preferred", sql)
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
    """Option -> share; an option of a list is its place, from 0. One share that is no number, and none is known."""
    said = f"literal(CAST(to_json({name(column)}) ->> '$' AS VARCHAR))"
    listed = f"TRY_CAST({said} AS VARCHAR[])"
    by_place = f"map(CAST(range(len({listed})) AS VARCHAR[]), {listed})"
    whole = f"coalesce(TRY_CAST({said} AS MAP(VARCHAR, VARCHAR)), {by_place})"
    shares = f"TRY_CAST(map_values({whole}) AS DOUBLE[])"
    right = f"list_count({shares}) = list_count(map_values({whole}))"
    return f"CASE WHEN {right} THEN map(map_keys({whole}), {shares}) END"


def whether(column: str, so: str, otherwise: str) -> str:
    """One side if a cell is true, the other if it is false."""
    said = f"lower(trim(CAST({name(column)} AS VARCHAR)))"
    return f"""CASE WHEN {said} IN ('true', '1', '1.0') THEN '{so}'
        WHEN {said} IN ('false', '0', '0.0') THEN '{otherwise}' END"""
