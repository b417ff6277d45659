"""Base of checks of single texts, whatever table and column they are in.

All such checks share one scan of a table; only matching texts are read again. Where a check skips columns with too many
matches, all texts are counted as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Annotated, ClassVar

from duckdb import DuckDBPyRelation
from pydantic import Field

from ..tables.cells import ROW, cells
from ..tables.sql import Tables, fetch_all, materialize, query, quote_literal
from . import Check

NOTHING = f"SELECT 0::BIGINT AS {ROW}, '' AS \"column\", '' AS problem WHERE false"


class TextCheck(Check):
    """Finds texts that match a condition; its two methods return SQL about one text."""

    table = "*"
    unit = "cells"
    needs: ClassVar[Mapping[str, Sequence[str]]] = {"*": []}
    by_column = True
    written_only: ClassVar[bool] = False
    """Whether generated keys and names, which are no texts, are skipped."""

    portable: ClassVar[bool] = True
    """Whether its SQL runs in any DuckDB; false where it calls functions that only our connections have."""

    max_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """A column with a larger share of matching texts is taken to be intended, and skipped."""

    def matches(self, value: str) -> str:
        """SQL condition for a text that fails; `value` is the SQL of a text that is not null."""
        raise NotImplementedError

    def exempt(self, value: str, path: str) -> str:
        """SQL condition for a text that passes because of its place, such as `options[]`; `path` is the SQL of that."""
        return "false"

    def describe(self, value: str) -> str:
        """SQL of the problem in words."""
        raise NotImplementedError

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Every failing text: _row, column, problem."""
        return failing_texts(tables["*"], {"": self})[""]


def failing_texts(relation: DuckDBPyRelation, checks: Mapping[str, TextCheck]) -> dict[str, DuckDBPyRelation]:
    """The failing rows of each of these checks in a raw table: _row, column, problem."""
    texts = cells(relation)
    matching = query(texts, f"SELECT * FROM rows WHERE {' OR '.join(map(_condition, checks.values()))}")
    suspects = materialize(matching)
    if not fetch_all(suspects, "SELECT 1 FROM rows LIMIT 1"):
        return dict.fromkeys(checks, query(suspects, NOTHING))
    cases = ", ".join(
        f"CASE WHEN {_condition(check)} THEN {{rule: {rule}, problem: {check.describe('cell.value')}}} END"
        for rule, check in enumerate(checks.values())
    )
    each = f"unnest(list_filter([{cases}], lambda one: one IS NOT NULL))"
    failing = materialize(query(suspects, f"SELECT {ROW}, cell.column, {each} AS one FROM rows"))
    totals = cache(lambda: dict(fetch_all(texts, "SELECT cell.column, count(*) FROM rows GROUP BY ALL")))
    return {name: _failing_rule(failing, totals, rule, check) for rule, (name, check) in enumerate(checks.items())}


def _condition(check: TextCheck) -> str:
    matches, exempt = check.matches("cell.value"), check.exempt("cell.value", "cell.column")
    passing = [*(["cell.ours"] if check.written_only else []), *([exempt] if exempt != "false" else [])]
    return f"({' AND '.join([*(f'NOT ({one})' for one in passing), f'({matches})'])})"


def _failing_rule(
    failing: DuckDBPyRelation, totals: Callable[[], Mapping[str, int]], rule: int, check: TextCheck
) -> DuckDBPyRelation:
    """The failing rows of one check, without the columns in which too many texts match."""
    own = query(failing, f'SELECT {ROW}, "column", one.problem FROM rows WHERE one.rule = {rule}')
    if check.max_share == 1:
        return own
    counts = fetch_all(own, 'SELECT "column", count(*) FROM rows GROUP BY ALL')
    intended = [column for column, count in counts if count > check.max_share * totals()[column]]
    return own.filter(f'"column" NOT IN ({", ".join(map(quote_literal, intended))})') if intended else own
