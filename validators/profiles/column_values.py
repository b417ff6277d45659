"""Cells parsed by the role of their column, once for all views; a cell that is not understood is a finding."""

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

RULES = {
    "preferred": "`{}` names the preferred side, or a tie",
    "first_preferred": "`{}` is true or false, 1 or 0",
    "second_preferred": "`{}` is true or false, 1 or 0",
    "score": "`{}` is a finite number",
    **dict.fromkeys(SCORES, "`{}` is a finite number"),
    "options": "`{}` is a list",
    "gold": "`{}` names the right option by its text, letter, column, or number (from 0 or 1 throughout)",
    "distribution": "`{}` is a list of shares, or an object of an option and its share each",
}
"""Role -> rule for the column that has it."""


PARSED_SCHEMA = "parsed"
"""Schema of the database that holds the tables of parsed columns."""


class ParsedColumn(NamedTuple):
    """A column whose cells are parsed by its role."""

    table: str
    column: str
    role: str
    sql: str
    """Query of `_row` and the value of its cell, null where the cell is not understood."""

    @property
    def check(self) -> str:
        """Id of the check that its cells are understood."""
        return f"{self.table}.{self.column}.{self.role}"

    @property
    def value(self) -> str:
        """SQL of the value of a cell, in a query of the table with `join`."""
        return f"{quote_identifier(f'_{self.role}')}._value"

    @property
    def join(self) -> str:
        """SQL that joins the values to the table."""
        return f" LEFT JOIN {self._values} AS {quote_identifier(f'_{self.role}')} USING (_row)"

    @property
    def _values(self) -> str:
        return f"{PARSED_SCHEMA}.{quote_identifier(f'{self.table}.{self.role}')}"

    def create_table(self, connection: DuckDBPyConnection) -> None:
        """Parse every cell once, for all queries that follow."""
        connection.execute(f"CREATE TABLE {self._values} AS FROM ({self.sql}) AS cells(_row, _value)")

    def failing(self, connection: DuckDBPyConnection) -> DuckDBPyRelation:
        """Cells that are not empty and not understood: _row, problem."""
        cell = f"CAST({quote_identifier(self.column)} AS VARCHAR)"
        return connection.sql(
            f"""SELECT _row, {cell} AS problem FROM given.{quote_identifier(self.table)}{self.join}
            WHERE trim({cell}) NOT IN ('', 'null') AND {self.value} IS NULL"""
        )

    def finding(self, connection: DuckDBPyConnection, roles: Mapping[str, str]) -> Finding:
        """Cells that are not understood; `roles` is the mapping of the whole table, for the hint."""
        failing = self.failing(connection)
        [(rows,)] = connection.sql(f"SELECT count(*) FROM given.{quote_identifier(self.table)}").fetchall()
        count, examples = evidence(failing)
        return Finding(
            problem=problem_line(f"have|has a `{self.column}` that cannot be interpreted", count, rows, "rows"),
            check=self.check,
            severity="warning",
            rule=RULES[self.role].format(self.column) + self._hint(failing, roles),
            table=self.table,
            count=count,
            of=rows,
            examples=examples,
            parts=parts(failing, count),
        )

    def _hint(self, failing: DuckDBPyRelation, roles: Mapping[str, str]) -> str:
        """The options to copy if the cells are numbers or booleans whose meaning only the user knows."""
        if self.role != "preferred":
            return ""
        distinct = failing.select("problem").distinct().limit(2 * preference.MAX_CODES).fetchall()
        if not (role := preference.suggest_coding([cell for (cell,) in distinct])):
            return ""
        own = (self.column, f"{self.table}.{self.column}")
        mapping = (f"{column}={role if column in own else other}" for column, other in roles.items())
        options = shlex.join(part for entry in mapping for part in ("--map", entry))
        sides = "first, tie, second" if role.count(",") == 2 else "first, second"
        return f" (map its codes for {sides}, in this order: {options})"


def parsed_columns(table: str, roles: Mapping[str, str]) -> Iterator[ParsedColumn]:
    """The columns of a table that need parsing; `roles` is column -> role."""
    by_role = {role_name(role): column for column, role in roles.items()}
    for role in ("score", *SCORES):
        if column := by_role.get(role):
            number = f"TRY_CAST({quote_identifier(column)} AS DOUBLE)"
            yield _cell_by_cell(table, column, role, f"CASE WHEN isfinite({number}) THEN {number} END")
    if column := by_role.get("distribution"):
        yield ParsedColumn(table, column, "distribution", parse_distribution(table, column))
    yield from _options_and_gold(table, roles, by_role)
    if "first" in by_role and "second" in by_role:
        if column := by_role.get("preferred"):
            if roles[column] == "preferred":
                side = preference.by_name(table, column, by_role["first"], by_role["second"])
            else:
                side = preference.by_coding(column, roles[column])
            yield _cell_by_cell(table, column, "preferred", side)
        for role, (if_true, if_false) in BOOLEAN_ROLES.items():
            if column := by_role.get(role):
                yield _cell_by_cell(table, column, role, by_boolean(column, if_true, if_false))


def _cell_by_cell(table: str, column: str, role: str, sql: str) -> ParsedColumn:
    """A column whose cells are each parsed by themselves."""
    return ParsedColumn(table, column, role, f"SELECT _row, {sql} FROM given.{quote_identifier(table)}")


def _options_and_gold(table: str, roles: Mapping[str, str], by_role: Mapping[str, str]) -> Iterator[ParsedColumn]:
    columns = gold_option.sort_options([column for column, role in roles.items() if role == OPTION])
    rows, texts = f"given.{quote_identifier(table)}", gold_option.option_list(columns)
    if not columns and "options" in by_role:
        listed = _cell_by_cell(table, by_role["options"], "options", gold_option.parse_list(by_role["options"]))
        yield listed
        rows, texts = rows + listed.join, listed.value
    if (columns or "options" in by_role) and (column := by_role.get("gold")):
        yield ParsedColumn(table, column, "gold", gold_option.gold_position(rows, column, texts, columns))


def parse_distribution(table: str, column: str) -> str:
    """Query of `_row` and option -> share; options of a list are numbered from 0. Null if any share is no number."""
    cell = f"literal(CAST(to_json({quote_identifier(column)}) ->> '$' AS VARCHAR))"
    return f"""
        WITH cells AS (SELECT _row, {cell} AS cell FROM given.{quote_identifier(table)}),
        lists AS (SELECT _row, cell, TRY_CAST(cell AS VARCHAR[]) AS list FROM cells),
        maps AS (
            SELECT _row, map(CAST(range(len(list)) AS VARCHAR[]), list) AS by_position,
                coalesce(TRY_CAST(cell AS MAP(VARCHAR, VARCHAR)), by_position) AS texts,
                TRY_CAST(texts AS MAP(VARCHAR, DOUBLE)) AS shares,
                list_count(map_values(shares)) = list_count(map_values(texts)) AS numbers
            FROM lists
        )
        SELECT _row, CASE WHEN numbers THEN shares END FROM maps"""


def by_boolean(column: str, if_true: str, if_false: str) -> str:
    """SQL of the preferred side by a boolean cell."""
    cell = f"lower(trim(CAST({quote_identifier(column)} AS VARCHAR)))"
    return f"""CASE WHEN {cell} IN ('true', '1', '1.0') THEN '{if_true}'
        WHEN {cell} IN ('false', '0', '0.0') THEN '{if_false}' END"""
