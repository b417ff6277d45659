"""Base of checks of single texts, whatever table and column they are in.

All such checks share one scan, as compiling their patterns takes longer than searching a small table; only matching
texts are read again. Where a check skips columns with too many matches, all texts are counted as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
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
        [failing] = failing_texts([tables["*"]], {"": self})
        return failing[""]


def failing_texts(
    relations: Sequence[DuckDBPyRelation], checks: Mapping[str, TextCheck]
) -> list[dict[str, DuckDBPyRelation]]:
    """Check -> its failing rows (_row, column, problem) in each of these raw tables, by one scan of them all.

    Wherever nothing fails, the empty result is one and the same relation.
    """
    texts = [query(cells(rows), f"SELECT {n} AS source, * FROM rows") for n, rows in enumerate(relations)]
    conditions = [_condition(check) for check in checks.values()]
    every_text = reduce(lambda a, b: a.union(b), texts)
    suspects = materialize(query(every_text, f"SELECT * FROM rows WHERE {' OR '.join(conditions)}"))
    nothing = query(suspects, NOTHING)
    if not fetch_all(suspects, "SELECT 1 FROM rows LIMIT 1"):
        return [dict.fromkeys(checks, nothing) for _ in texts]
    cases = ", ".join(
        f"CASE WHEN {condition} THEN {{rule: {rule}, problem: {check.describe('cell.value')}}} END"
        for rule, (check, condition) in enumerate(zip(checks.values(), conditions, strict=True))
    )
    each = f"unnest(list_filter([{cases}], lambda one: one IS NOT NULL))"
    failing = materialize(query(suspects, f"SELECT source, {ROW}, cell.column, {each} AS one FROM rows"))
    failed = set(fetch_all(failing, "SELECT DISTINCT source, one.rule FROM rows"))
    return [
        {
            name: _failing_rule(failing, rows, source, rule, check) if (source, rule) in failed else nothing
            for rule, (name, check) in enumerate(checks.items())
        }
        for source, rows in enumerate(texts)
    ]


def _condition(check: TextCheck) -> str:
    matches, exempt = check.matches("cell.value"), check.exempt("cell.value", "cell.column")
    passing = [*(["cell.ours"] if check.written_only else []), *([exempt] if exempt != "false" else [])]
    return f"({' AND '.join([*(f'NOT ({one})' for one in passing), f'({matches})'])})"


def _failing_rule(
    failing: DuckDBPyRelation, texts: DuckDBPyRelation, source: int, rule: int, check: TextCheck
) -> DuckDBPyRelation:
    """The failing rows of one check in one table, without the columns in which too many texts match."""
    own = query(failing, f'SELECT {ROW}, "column", one.problem FROM rows WHERE source = {source} AND one.rule = {rule}')
    if check.max_share == 1:
        return own
    counts = fetch_all(own, 'SELECT "column", count(*) FROM rows GROUP BY ALL')
    totals = dict(fetch_all(texts, "SELECT cell.column, count(*) FROM rows GROUP BY ALL"))
    intended = [column for column, count in counts if count > check.max_share * totals[column]]
    return own.filter(f'"column" NOT IN ({", ".join(map(quote_literal, intended))})') if intended else own
