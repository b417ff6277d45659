"""What cells say by the role of their column, read once; a cell that says nothing that we know is a finding."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas.report import Finding, problem_line
from ..findings.evidence import evidence, parts
from ..tables.sql import quote_identifier
from . import gold_option, preference
from .column_roles import BOOLEAN_ROLES, OPTION, SCORES, role_name

TITLES = {
    "preferred": "`{}` names the preferred side, or a tie",
    "first_preferred": "`{}` is true or false, 1 or 0",
    "second_preferred": "`{}` is true or false, 1 or 0",
    "score": "`{}` is a number",
    **dict.fromkeys(SCORES, "`{}` is a number"),
    "options": "`{}` is a list",
    "gold": "`{}` names the right option by its text, letter, column, or number (from 0 or 1 throughout)",
    "distribution": "`{}` is a list of shares, or an object of an option and its share each",
}
"""Role -> what should hold of a column that has it."""


class ParsedColumn(NamedTuple):
    """How the cells of a column are read."""

    table: str
    column: str
    role: str
    sql: str
    """Query of `_row` and what its cell says, null where that is not known."""

    @property
    def check(self) -> str:
        """Id of the check that its cells are understood."""
        return f"{self.table}.{self.column}.{self.role}"

    @property
    def said(self) -> str:
        """What a cell says, in a query of the table and what is `joined`."""
        return f"{quote_identifier(f'_{self.role}')}._said"

    @property
    def joined(self) -> str:
        """What all cells of the column say, behind the table in a query."""
        return f" LEFT JOIN {self._kept} AS {quote_identifier(f'_{self.role}')} USING (_row)"

    @property
    def _kept(self) -> str:
        return f"said.{quote_identifier(f'{self.table}.{self.role}')}"

    def keep(self, connection: DuckDBPyConnection) -> None:
        """Read every cell once, for all that is asked of it afterwards."""
        connection.execute(f"CREATE TABLE {self._kept} AS FROM ({self.sql}) AS cells(_row, _said)")

    def failing(self, connection: DuckDBPyConnection) -> DuckDBPyRelation:
        """The cells that have something in them that is not understood."""
        cell = f"CAST({quote_identifier(self.column)} AS VARCHAR)"
        return connection.sql(
            f"""SELECT _row, {cell} AS problem FROM theirs.{quote_identifier(self.table)}{self.joined}
            WHERE trim({cell}) NOT IN ('', 'null') AND {self.said} IS NULL"""
        )

    def finding(self, connection: DuckDBPyConnection, roles: Mapping[str, str]) -> Finding:
        """How many cells are not understood, and which; `roles` is what `--map` would say of the whole table."""
        failing = self.failing(connection)
        [(rows,)] = connection.sql(f"SELECT count(*) FROM theirs.{quote_identifier(self.table)}").fetchall()
        count, shown = evidence(failing)
        return Finding(
            problem=problem_line(f"have|has a `{self.column}` that cannot be interpreted", count, rows, "rows"),
            check=self.check,
            severity="warning",
            rule=TITLES[self.role].format(self.column) + self._hint(failing, roles),
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
        few = failing.select("problem").distinct().limit(2 * preference.MAX_CODES).fetchall()
        if not (role := preference.suggest_coding([cell for (cell,) in few])):
            return ""
        own = (self.column, f"{self.table}.{self.column}")
        said = (f"{column}={role if column in own else other}" for column, other in roles.items())
        maps = shlex.join(part for one in said for part in ("--map", one))
        sides = "first, tie, second" if role.count(",") == 2 else "first, second"
        return f" (they are read if it is said what means {sides}, in this order: {maps})"


def parsed_columns(table: str, roles: Mapping[str, str]) -> Iterator[ParsedColumn]:
    """How the columns of a table are read whose cells say nothing unless they are understood; `roles` by column."""
    by_role = {role_name(role): column for column, role in roles.items()}
    for role in ("score", *SCORES):
        if column := by_role.get(role):
            yield _each(table, column, role, f"TRY_CAST({quote_identifier(column)} AS DOUBLE)")
    if column := by_role.get("distribution"):
        yield ParsedColumn(table, column, "distribution", parse_distribution(table, column))
    yield from _questions(table, roles, by_role)
    if "first" in by_role and "second" in by_role:
        if column := by_role.get("preferred"):
            named = preference.by_name(table, column, by_role["first"], by_role["second"])
            coded = roles[column] != "preferred"
            yield _each(table, column, "preferred", preference.by_coding(column, roles[column]) if coded else named)
        for role, (so, otherwise) in BOOLEAN_ROLES.items():
            if column := by_role.get(role):
                yield _each(table, column, role, by_boolean(column, so, otherwise))


def _each(table: str, column: str, role: str, sql: str) -> ParsedColumn:
    """A reading in which a cell says something by itself."""
    return ParsedColumn(table, column, role, f"SELECT _row, {sql} FROM theirs.{quote_identifier(table)}")


def _questions(table: str, roles: Mapping[str, str], by_role: Mapping[str, str]) -> Iterator[ParsedColumn]:
    columns = gold_option.sort_options([column for column, role in roles.items() if role == OPTION])
    rows, texts = f"theirs.{quote_identifier(table)}", gold_option.option_list(columns)
    if not columns and "options" in by_role:
        listed = _each(table, by_role["options"], "options", gold_option.parse_list(by_role["options"]))
        yield listed
        rows, texts = rows + listed.joined, listed.said
    if (columns or "options" in by_role) and (column := by_role.get("gold")):
        yield ParsedColumn(table, column, "gold", gold_option.gold_position(rows, column, texts, columns))


def parse_distribution(table: str, column: str) -> str:
    """Query of `_row` and option -> share; an option of a list is its place. None are known if one is no number."""
    cell = f"literal(CAST(to_json({quote_identifier(column)}) ->> '$' AS VARCHAR))"
    return f"""
        WITH cells AS (SELECT _row, {cell} AS cell FROM theirs.{quote_identifier(table)}),
        lists AS (SELECT _row, cell, TRY_CAST(cell AS VARCHAR[]) AS list FROM cells),
        maps AS (
            SELECT _row, map(CAST(range(len(list)) AS VARCHAR[]), list) AS by_place,
                coalesce(TRY_CAST(cell AS MAP(VARCHAR, VARCHAR)), by_place) AS texts,
                TRY_CAST(texts AS MAP(VARCHAR, DOUBLE)) AS shares,
                list_count(map_values(shares)) = list_count(map_values(texts)) AS numbers
            FROM lists
        )
        SELECT _row, CASE WHEN numbers THEN shares END FROM maps"""


def by_boolean(column: str, so: str, otherwise: str) -> str:
    """One side if a cell is true, the other if it is false."""
    said = f"lower(trim(CAST({quote_identifier(column)} AS VARCHAR)))"
    return f"""CASE WHEN {said} IN ('true', '1', '1.0') THEN '{so}'
        WHEN {said} IN ('false', '0', '0.0') THEN '{otherwise}' END"""
